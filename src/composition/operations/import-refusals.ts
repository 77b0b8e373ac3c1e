import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import type { ImportRejection } from '../../contexts/inventory/index.js';
import { OperationRefused } from './operation-types.js';

/** A server takes the file in, not whoever typed the command. */
const user = (): string => `user ${process.getuid?.() ?? 'here'}, who takes it in,`;

/** A pipe, a terminal or a device is read twice, and perhaps for ever: this process would not even stop any more. */
export function refuseNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new OperationRefused(`there is no file ${path}`);
  if (!found.isFile())
    throw new OperationRefused(`${path} is not a regular file: write the keys to one first`);
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OperationRefused(`${user()} may not read ${path} (${code})`);
  }
}

/** What spreadsheets call "Unicode text": each second byte of plain letters is 0. */
function isUtf16(path: string): boolean {
  const buffer = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    const start = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
    return start.includes(0) || ['feff', 'fffe'].includes(start.toString('hex', 0, 2));
  } finally {
    closeSync(file);
  }
}

export function importRefused(code: ImportRejection, path: string, packageId: string): OperationRefused {
  switch (code) {
    case 'ColumnsUnknown':
      return new OperationRefused(
        isUtf16(path)
          ? `${path} is in UTF-16: save it as "CSV UTF-8"`
          : `it is not clear which column of ${path} has the keys: its first line must name key_text (and serial_number, expires_at if it has them), for instance "key_text,serial_number", each name once; lines end in LF or CR LF`,
      );
    case 'ImportRunning':
      return new OperationRefused(`${path}, or a file with the same content, is being imported already`);
    default:
      return new OperationRefused(`package ${packageId}: ${code}`);
  }
}

const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS'];

/** The file of errors lies beside the keys, where this user may be a stranger. */
export function importFailure(error: unknown): unknown {
  const { code = '', path } = error as NodeJS.ErrnoException;
  if (!path) return error;
  const left = 'where rows are listed that are not taken in: the next run goes on from here';
  if (NOT_WRITABLE.includes(code))
    return new OperationRefused(`${user()} may not write ${path} (${code}), ${left}`);
  if (path.includes('.errors.csv'))
    return new OperationRefused(`${path} cannot be written (${code}), ${left}`);
  return error;
}
