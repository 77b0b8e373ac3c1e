import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseCommandLine, UsageError } from './cli/command.js';
import { COMMANDS, helpText } from './cli/commands.js';
import { ProgressDisplay } from './cli/progress-display.js';
import { examine } from './composition/doctor/doctor.js';
import { runOperation } from './composition/operations/run-operation.js';
import { importWorkerAt, lookProcessAt, verifyProcessAt } from './composition/worker-entries.js';
import { loadSettings, readEnvironment } from './platform/config/settings.js';
import { createLogger } from './platform/logging/logger.js';

/** As the shell and sysexits know them: 64 is a wrong command line, 130 an interruption. */
const EXIT_FAILURE = 1;
const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;

const stopping = new AbortController();
const progress = new ProgressDisplay(process.stderr);
const print = (line: string): void => {
  progress.end();
  process.stdout.write(`${line}\n`);
};

async function main(words: readonly string[]): Promise<number> {
  if (words.length === 0 || ['help', '--help', '-h'].includes(words[0]!)) {
    print(helpText());
    return words.length === 0 ? EXIT_USAGE : 0;
  }
  const { command, args } = parseCommandLine(COMMANDS, words);
  return command.run(args, {
    print,
    resolve: (path) => resolve(path),
    readFile: (path) => readFileSync(path, 'utf8'),
    examine: () => {
      const entry = lookProcessAt(import.meta.url);
      return examine(readEnvironment(process.env, process.cwd()), entry && { entry });
    },
    run: (name, params, onProgress = progress.show) => {
      const settings = loadSettings(readEnvironment(process.env, process.cwd()));
      return runOperation(name, params, {
        settings,
        // What a command prints is on standard output; the product's own log must not be mixed into it.
        logger: createLogger({ logLevel: 'warn' }, { write: (line) => process.stderr.write(line) }),
        importWorker: importWorkerAt(import.meta.url),
        verifyProcess: verifyProcessAt(import.meta.url),
        onProgress,
        signal: stopping.signal,
      });
    },
  });
}

/** Whoever read along has gone, as `| head` does, or the disk is full: what was asked for is done all the same. */
let unprinted: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error) => {
  unprinted ??= error;
});
process.stderr.on('error', () => {});
process.on('exit', () => {
  if (!unprinted) return;
  process.exitCode ||= EXIT_FAILURE;
  if (unprinted.code !== 'EPIPE') process.stderr.write(`the output was lost: ${unprinted.message}\n`);
});

const interrupted = (command: string | undefined): string =>
  command === 'import' ? 'interrupted; the next run goes on from here' : 'interrupted';

process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());

main(process.argv.slice(2)).then(
  (code) => {
    progress.end();
    process.exitCode = code;
  },
  (error: unknown) => {
    progress.end();
    const message = error instanceof Error ? error.message : String(error);
    const text = stopping.signal.aborted ? interrupted(process.argv[2]) : message;
    process.stderr.write(`${text}\n${error instanceof UsageError ? `\n${helpText()}\n` : ''}`);
    process.exitCode = stopping.signal.aborted
      ? EXIT_INTERRUPTED
      : error instanceof UsageError
        ? EXIT_USAGE
        : EXIT_FAILURE;
  },
);
