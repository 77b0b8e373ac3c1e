import { constants, setPriority } from 'node:os';
import { verifyFolder, verifyFolderInUse } from './verify.js';
import { IN_USE, type VerifyMessage } from './verify-apart.js';

// Entry of the process that looks at a log which may be damaged: see verify-apart.ts.
const [, , directory = '', use = '', atOnce = ''] = process.argv;
const tell = (message: VerifyMessage): void => {
  // Whoever waited may leave between two messages; the end comes with `disconnect`.
  if (process.connected) process.send!(message, undefined, undefined, () => undefined);
};
const verify = use === IN_USE ? verifyFolderInUse : verifyFolder;

// Nobody is left to be told. To listen for that must not keep this process from its end.
process.once('disconnect', () => process.exit());
process.channel?.unref();
// Who sells goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

verify(directory, (progress) => tell({ progress }), atOnce === '' ? undefined : Number(atOnce)).then(
  (result) => tell({ result }),
  (error: Error) => tell({ error: error.message }),
);
