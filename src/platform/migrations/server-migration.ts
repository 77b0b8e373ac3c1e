/**
 * One step of the set-up of a database server: collections and indexes that the stores find there. Never the shape of a
 * read model (that is rebuilt). A step is repeatable: whatever is there already stays.
 */
export interface ServerMigration {
  /** 1 for the first, without gaps; also the number of the format that it leads to. */
  readonly number: number;
  readonly name: string;
  readonly collections: readonly {
    readonly name: string;
    readonly indexes: readonly { readonly fields: readonly string[]; readonly unique?: boolean }[];
  }[];
}
