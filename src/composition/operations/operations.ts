import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CatalogIndex } from '../../contexts/catalog/index.js';
import { KeyImporter } from '../../contexts/inventory/index.js';
import { AdminAccount } from '../../contexts/partners/index.js';
import type { Settings } from '../../platform/config/settings.js';
import { systemContext } from '../../platform/execution/system-context.js';
import { Ids } from '../../platform/kernel/ids.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { MasterKey } from '../../platform/security/master-key.js';
import { MASTER_KEY_FILE, rotateMasterKey } from '../../platform/security/master-key-file.js';
import { takeBackup } from '../backup/take-backup.js';
import { DemoDesk } from '../demo/demo-desk.js';
import { loadDemo } from '../demo/load-demo.js';
import { removeDemo } from '../demo/remove-demo.js';
import type { RunningApp } from '../start.js';
import { backupTaken } from './backups.js';
import { importFailure, importRefused, refuseNoFile } from './import-refusals.js';
import { stepping, untilAborted } from './interruption.js';
import { migratedAtStart } from './migrate.js';
import { OperationRefused, type Operations, type Progress } from './operation-types.js';
import { listProjections, rebuildProjections, verifyProjections } from './projections.js';
import { verifyRunningLog } from './verify.js';

const BACK_UP_SERVERS =
  'this backs up the embedded engines: back EVENTSTORE_URL and MONGODB_URL up with the tools of those servers';
/** Longer than a lease is waited for whose holder is gone. */
const BECOMES_WORKER_MS = 10_000;
const NOT_THE_WORKER =
  'another process is the worker, which folds the read models: run this where that one runs, with its DATA_DIR';
const VERIFIED_ALREADY = 'the log is being verified already: wait until that is done';
const CATCH_UP_MS = 60_000;
/** An import is done whether or not its keys can be listed yet. */
const LISTED_WITHIN_MS = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Emit = (progress: Progress) => void;

/**
 * The operations of the command line on a product that runs in this process.
 * @param verifyProcess entry of the process that looks at a log which may be damaged
 */
export function operationsOn(running: RunningApp, settings: Settings, verifyProcess?: URL): Operations {
  const { app, engines, runtime } = running;
  const catchUp = async (): Promise<void> => {
    if (!(await runtime.caughtUp(CATCH_UP_MS)))
      throw new Error('the read models do not keep up with the log');
  };
  const asWorker = async (): Promise<void> => {
    if (!(await runtime.isWorkerWithin(BECOMES_WORKER_MS))) throw new OperationRefused(NOT_THE_WORKER);
  };
  const onStep =
    (emit: Emit) =>
    (stage: string, done: number, total: number): void =>
      emit({ stage, done, total });
  let isVerifying = false;
  return {
    'accept-log': () =>
      Promise.reject(new OperationRefused('a server works with this log: there is nothing to accept')),
    'demo-load': async (_, emit, signal) => {
      if (settings.nodeEnv === 'production') {
        throw new OperationRefused('demo data is not loaded with NODE_ENV=production');
      }
      return loadDemo(new DemoDesk(app), catchUp, onStep(stepping(emit, signal)));
    },
    'demo-remove': async (_, emit, signal) => {
      const removed = await removeDemo(new DemoDesk(app), catchUp, onStep(stepping(emit, signal)));
      await catchUp();
      return removed;
    },
    'reset-password': async ({ login }) => {
      const made = await app.get(AdminAccount).resetPassword(login);
      if (isRejection(made)) throw new OperationRefused(`there is no account with the login ${login}`);
      return made;
    },
    'rotate-master-key': ({ nextKey }) => rotate(running, settings, nextKey),
    backup: async ({ folder }, emit, signal) => {
      if (!engines.backedUp) throw new OperationRefused(BACK_UP_SERVERS);
      return backupTaken(await takeBackup(engines.backedUp, settings, folder, stepping(emit, signal)));
    },
    restore: () =>
      Promise.reject(new OperationRefused('a server uses DATA_DIR: stop it, and empty DATA_DIR')),
    migrate: async () => migratedAtStart(settings),
    verify: async (_, emit, signal) => {
      // Each reads the whole log, in a process of its own, beside those who buy.
      if (isVerifying) throw new OperationRefused(VERIFIED_ALREADY);
      isVerifying = true;
      try {
        const process = verifyProcess && { entry: verifyProcess, signal };
        return await verifyRunningLog(engines, settings, emit, process);
      } finally {
        isVerifying = false;
      }
    },
    'import-keys': (params, emit, signal) => importKeys(running, params, emit, signal),
    'projections-list': () => listProjections(running),
    'projections-rebuild': async ({ name }, emit) => {
      await asWorker();
      await catchUp();
      return rebuildProjections(running, name, emit);
    },
    'projections-verify': async ({ name }, emit) => {
      await asWorker();
      await catchUp();
      return verifyProjections(running, name, emit);
    },
  };
}

async function rotate(
  { engines }: RunningApp,
  { dataDir, masterKey }: Settings,
  nextKey: string | null,
): Promise<{ dataKeys: number }> {
  const isOperators = masterKey !== null || !existsSync(join(dataDir, MASTER_KEY_FILE));
  // A key made up here would be known to nobody if the connection broke before it was shown.
  if (isOperators && nextKey === null) {
    throw new OperationRefused(
      'the master key comes from KEYFORGE_MASTER_KEY: make the next one with `keygen`, keep it, and give its file with --new-key FILE',
    );
  }
  if (!isOperators && nextKey !== null) {
    throw new OperationRefused('the master key is a file in the data directory: leave --new-key out');
  }
  const next = nextKey === null ? MasterKey.generate() : MasterKey.parse(nextKey);
  return { dataKeys: await rotateMasterKey(dataDir, engines.keys, next, isOperators) };
}

async function importKeys(
  { app, runtime }: RunningApp,
  { path, package: given }: { path: string; package: string },
  emit: Emit,
  signal: AbortSignal,
) {
  const packageId = UUID.test(given)
    ? given.toLowerCase()
    : /^\d+$/.test(given) && app.get(CatalogIndex).packages.idOf(Number(given));
  if (!packageId) throw new OperationRefused(`there is no package ${given}`);
  refuseNoFile(path);
  const taking = app.get(KeyImporter).run({
    path,
    packageId,
    context: systemContext(app.get(Ids), 'import', 'cli'),
    signal,
    onProgress: ({ rows, added, duplicates, invalid, bytes, totalBytes }) =>
      emit({
        stage: 'Import',
        done: bytes,
        total: totalBytes,
        detail: `${rows} rows, ${added} added, ${duplicates} duplicates, ${invalid} invalid`,
      }),
  });
  const result = await taking.catch((error: unknown) => {
    throw importFailure(error);
  });
  if (isRejection(result)) throw importRefused(result.code, path, given);
  const enough = AbortSignal.any([signal, AbortSignal.timeout(LISTED_WITHIN_MS)]);
  await untilAborted(runtime.caughtUp(LISTED_WITHIN_MS), enough).catch(() => {});
  const { rows, added, duplicates, invalid, settledBefore, errorFile } = result;
  return { rows, added, duplicates, invalid, settledBefore, errorFile };
}
