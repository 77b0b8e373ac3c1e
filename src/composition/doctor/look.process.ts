import { loadSettings } from '../../platform/config/settings.js';
import { problem } from './finding.js';
import { checkStored } from './stored-checks.js';

// Entry of the process that looks at what may be damaged: see look-apart.ts.
const tell = (findings: unknown): void => {
  process.send!(findings, undefined, undefined, () => process.disconnect());
};

checkStored(loadSettings(process.env)).then(tell, (error: Error) =>
  tell([problem('data', error.message, 'look at DATA_DIR')]),
);
