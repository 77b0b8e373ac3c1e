/** What a part of the product says of itself; null: it is well. */
export type Problem = string | null;

/** Whether this process should get requests. */
export abstract class Health {
  /** What keeps each part from serving, by its name. Texts are fit for anybody: no figures, no paths, no ids. */
  abstract problems(): Promise<Readonly<Record<string, Problem>>>;
}
