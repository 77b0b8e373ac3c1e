/** A browser's name for what Node's own types leave without one; the client works in both. */
type BodyInit = NonNullable<RequestInit['body']>;
