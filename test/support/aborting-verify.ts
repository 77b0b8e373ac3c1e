import type { VerifyMessage } from '../../src/composition/operations/verify-apart.js';

// Stands for a process that LMDB ends on its way through a damaged log.
const [, , folder = '', , atOnce = '500'] = process.argv;
const detail = folder === 'index' ? '70 events, index up to kf.lot-3' : '70 events';
const done = Number(atOnce) === 1 ? 70 : 50;
const message: VerifyMessage = { progress: { stage: 'Verify', done, total: 99, detail } };
process.send!(message, () => process.abort());
