import type { Finding } from '../composition/doctor/finding.js';
import type { OperationName, OperationTypes, Progress } from '../composition/operations/operation-types.js';

/** How a command ended: 0 is success, 1 means that it ran and found something wrong. */
export type ExitCode = 0 | 1;

/** What a command is given beside its arguments. */
export interface CommandWorld {
  /** One line to standard output. */
  print(line: string): void;
  /** Runs in the server that holds the data directory, or here. */
  run<N extends OperationName>(
    name: N,
    params: OperationTypes[N]['params'],
    onProgress?: (progress: Progress) => void,
  ): Promise<OperationTypes[N]['result']>;
  /** Looks at what the product stands on, in this process. */
  examine(): Promise<readonly Finding[]>;
  readFile(path: string): string;
  /** Makes a path absolute. */
  resolve(path: string): string;
}

export interface CliCommand {
  /** Words that name it: `demo load`. */
  readonly name: string;
  /** Its arguments as the help shows them; capitals are values. */
  readonly usage: string;
  readonly summary: string;
  /** Names of options that take a value, without the dashes. */
  readonly options: readonly string[];
  /** Names of options that stand alone, without the dashes. */
  readonly flags?: readonly string[];
  /** How many values stand without an option, and how many more may. */
  readonly values: number;
  readonly optionalValues?: number;
  run(args: ParsedArguments, world: CommandWorld): Promise<ExitCode>;
}

export interface ParsedArguments {
  readonly values: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** The command line was not understood. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

const HELP = new Set(['help', '--help', '-h']);

/** The commands that help is asked for: those that begin with the words, or all; null if none is asked for. */
export function helpAsked(
  commands: readonly CliCommand[],
  words: readonly string[],
): readonly CliCommand[] | null {
  const isAsked =
    words.length === 0 || HELP.has(words[0]!) || words.some((word) => /^(--help|-h)$/.test(word));
  if (!isAsked) return null;
  const named = words.filter((word) => !HELP.has(word));
  const isNamed = ({ name }: CliCommand): boolean =>
    name.split(' ').every((word, index) => index >= named.length || named[index] === word);
  const found = commands.filter(isNamed);
  return found.length > 0 ? found : commands;
}

/**
 * The command that the words name, and its arguments.
 * @throws {UsageError} for an unknown command or option, and for values that are missing or too many.
 */
export function parseCommandLine(
  commands: readonly CliCommand[],
  words: readonly string[],
): { command: CliCommand; args: ParsedArguments } {
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word));
  if (!command) throw new UsageError(`there is no command ${JSON.stringify(words.slice(0, 2).join(' '))}`);
  const values: string[] = [];
  const options: Record<string, string> = {};
  const rest = words.slice(command.name.split(' ').length);
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index]!;
    if (!word.startsWith('--')) {
      values.push(word);
      continue;
    }
    const [name = '', ...inline] = word.slice(2).split('=');
    if (command.flags?.includes(name) && inline.length === 0) {
      options[name] = 'yes';
      continue;
    }
    if (!command.options.includes(name)) throw new UsageError(`${command.name} has no option --${name}`);
    const value = inline.length > 0 ? inline.join('=') : rest[++index];
    if (value === undefined || value === '') throw new UsageError(`--${name} needs a value`);
    options[name] = value;
  }
  const most = command.values + (command.optionalValues ?? 0);
  if (values.length < command.values || values.length > most)
    throw new UsageError(`usage: ${command.name} ${command.usage}`.trim());
  return { command, args: { values, options } };
}
