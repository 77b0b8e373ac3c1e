/** Of the indexes of notices, which are rebuilt together: raise it when the same events come to other notices. */
export const NOTICES_VERSION = 2;
