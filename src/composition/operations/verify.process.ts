import { verifyFolder } from './verify.js';
import type { VerifyMessage } from './verify-apart.js';

// Entry of the process that looks at a log which may be damaged: see verify-apart.ts.
const [, , directory = '', atOnce = ''] = process.argv;
const tell = (message: VerifyMessage): boolean => process.send!(message);

verifyFolder(directory, (progress) => tell({ progress }), atOnce === '' ? undefined : Number(atOnce)).then(
  (result) => tell({ result }),
  (error: Error) => tell({ error: error.message }),
);
