import { execFileSync } from 'node:child_process';
import { ErrorFile } from '../../src/contexts/inventory/import/error-file.js';
import type { LineRange } from '../../src/contexts/inventory/indexes/fingerprint-index.js';

/** Room for some 220 entries. A limit on the size of a file stands for a disk that is about to be full. */
const ROOM_BYTES = 4096;

/**
 * Opens the file of errors of an import, keeping the lines that were settled, and writes an entry for each of the others. Prints what failed
 * each step, null for what did not.
 */
async function main([path = '', settled = '[]', lines = '0']: string[]): Promise<void> {
  // Not before: what is loaded until here is compiled and kept in files of its own.
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${ROOM_BYTES}:`]);
  const failed: (string | null)[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    failed.push(
      await work().then(
        () => null,
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      ),
    );
  };
  let errors: ErrorFile | null = null;
  await attempt(async () => {
    errors = await ErrorFile.open(path, 'one', JSON.parse(settled) as LineRange[]);
  });
  const entries = Array.from({ length: Number(lines) }, (_, index) => [index + 1, 'duplicate'] as const);
  await attempt(async () => errors?.write(entries));
  await attempt(async () => errors?.close());
  console.log(JSON.stringify(failed));
}

void main(process.argv.slice(2));
