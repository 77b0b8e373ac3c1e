/** Marks a branch that the types rule out: a new union member fails the compile, a corrupt value fails loudly. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
