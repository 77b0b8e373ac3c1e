import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { helpAsked, parseCommandLine, UsageError } from './cli/command.js';
import { COMMANDS, helpText } from './cli/commands.js';
import { ProgressDisplay } from './cli/progress-display.js';
import { examine } from './composition/doctor/doctor.js';
import { interrupted, isInterrupted } from './composition/operations/interruption.js';
import { runOperation } from './composition/operations/run-operation.js';
import { importWorkerAt, lookProcessAt, verifyProcessAt } from './composition/worker-entries.js';
import { loadSettings, readEnvironment } from './platform/config/settings.js';
import { createLogger } from './platform/logging/logger.js';

/** As the shell and sysexits know them: 64 is a wrong command line, 130 an interruption. */
const EXIT_FAILURE = 1;
const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;

const stopping = new AbortController();
/** What to say to whoever interrupts; null: nothing is under way that would be left in the midst. */
let atInterruption: string | null = null;
const progress = new ProgressDisplay(process.stderr);
const print = (line: string): void => {
  progress.end();
  process.stdout.write(`${line}\n`);
};

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function main(words: readonly string[]): Promise<number> {
  const help = helpAsked(COMMANDS, words);
  if (help !== null) {
    print(helpText(help));
    return words.length === 0 ? EXIT_USAGE : 0;
  }
  const { command, args } = parseCommandLine(COMMANDS, words);
  return command.run(args, {
    print,
    resolve: (path) => resolve(path),
    readFile,
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
        onBegin: (atFirst) => {
          atInterruption = atFirst;
        },
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

/** npm hands a Ctrl-C on that its child has had from the terminal already. */
const SAME_INTERRUPTION_MS = 500;
let interruptedAtMs: number | null = null;

/** What is under way is asked to end; a second time nothing is waited for. */
function interrupt(): void {
  if (interruptedAtMs !== null && performance.now() - interruptedAtMs < SAME_INTERRUPTION_MS) return;
  if (interruptedAtMs !== null || atInterruption === null) process.exit(EXIT_INTERRUPTED);
  interruptedAtMs = performance.now();
  progress.end();
  if (atInterruption) process.stderr.write(`${atInterruption}\n`);
  stopping.abort(interrupted());
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

main(process.argv.slice(2)).then(
  (code) => {
    progress.end();
    process.exitCode = code;
  },
  (error: unknown) => {
    progress.end();
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n${error instanceof UsageError ? `\n${helpText()}\n` : ''}`);
    process.exitCode = isInterrupted(error)
      ? EXIT_INTERRUPTED
      : error instanceof UsageError
        ? EXIT_USAGE
        : EXIT_FAILURE;
  },
);
