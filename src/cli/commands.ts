import { MasterKey } from '../platform/security/master-key.js';
import { type CliCommand, UsageError } from './command.js';

const none = { usage: '', options: [], values: 0 } as const;

const MEGABYTE = 1024 * 1024;

const acceptLog: CliCommand = {
  ...none,
  name: 'accept-log',
  summary: 'Go on with an older log that was put back, and lose what only the newer one knew.',
  async run(_, { run, print }) {
    const { position, known } = await run('accept-log', {});
    print(
      `The log ends at position ${position}; what was made from another one, up to ${known}, is thrown away.`,
    );
    print(
      'Keys that were sold only in the other one will be sold again. The next start builds the read models anew.',
    );
    return 0;
  },
};

const backup: CliCommand = {
  name: 'backup',
  usage: 'FOLDER',
  summary: 'Copy what cannot be made anew into an empty folder, while the server works on.',
  options: [],
  values: 1,
  async run({ values: [folder] }, { run, print, resolve }) {
    const { position, files, bytes } = await run('backup', { folder: resolve(folder!) });
    print(`up to position ${position}: ${files} files, ${(bytes / MEGABYTE).toFixed(1)} MiB in ${folder}`);
    print('The master key is not in it: keep that elsewhere, nothing can be read without it.');
    return 0;
  },
};

const restore: CliCommand = {
  name: 'restore',
  usage: 'FOLDER',
  summary: 'Put a backup into an empty DATA_DIR, and check all of it.',
  options: [],
  values: 1,
  async run({ values: [folder] }, { run, print, resolve }) {
    const { events, position, madeAt } = await run('restore', { folder: resolve(folder!) });
    print(`${events} events up to position ${position}, as of ${madeAt}: sound`);
    print('The next start builds the read models anew.');
    return 0;
  },
};

const demoLoad: CliCommand = {
  ...none,
  name: 'demo load',
  summary: 'Load a shop to look at: suppliers, products, 20,000 keys, partners, sales.',
  async run(_, { run, print }) {
    const loaded = await run('demo-load', {});
    print(
      `${loaded.packages} packages; new: ${loaded.addedKeys} keys, ${loaded.sales} sales, ${loaded.refunds} refunds, ` +
        `${loaded.cancelledReservations} cancelled reservations; ${loaded.refused} purchases lacked money or stock.`,
    );
    print(`Partners, all with the password ${loaded.password}:`);
    for (const login of loaded.partners) print(`  ${login}`);
    return 0;
  },
};

const demoRemove: CliCommand = {
  ...none,
  name: 'demo remove',
  summary: 'Take the sandbox and the loaded demo data away.',
  async run(_, { run, print }) {
    const { blockedPartners, retiredKeys, deletedPackages } = await run('demo-remove', {});
    print(
      `${blockedPartners} partners blocked, ${retiredKeys} keys retired, ${deletedPackages} packages deleted.`,
    );
    return 0;
  },
};

const doctor: CliCommand = {
  name: 'doctor',
  usage: '[--json]',
  summary: 'Check versions, connections, clocks, disk, settings that lose data, and say what to do.',
  options: [],
  flags: ['json'],
  values: 0,
  async run({ options }, { examine, print }) {
    const findings = await examine();
    if (options.json) print(JSON.stringify(findings, null, 2));
    else {
      for (const { state, check, text, advice } of findings)
        print(`${state.padEnd(8)} ${check.padEnd(18)} ${text}${advice ? `: ${advice}` : ''}`);
    }
    return findings.some(({ state }) => state === 'problem') ? 1 : 0;
  },
};

const importKeys: CliCommand = {
  name: 'import keys',
  usage: 'FILE.csv --package ID',
  summary:
    'Take keys in from a CSV file: key_text, serial_number, expires_at. Resumes where it was interrupted.',
  options: ['package'],
  values: 1,
  async run({ values: [file], options }, { run, print, resolve }) {
    if (!options.package) throw new UsageError('import keys needs --package ID');
    const result = await run('import-keys', { path: resolve(file!), package: options.package });
    const { rows, added, duplicates, invalid, settledBefore, errorFile } = result;
    if (rows === 0) {
      print(`There are no keys in ${file}: nothing was taken in.`);
      return 1;
    }
    print(
      `${rows} rows: ${added} added, ${duplicates} duplicates, ${invalid} invalid` +
        `${settledBefore > 0 ? `, ${settledBefore} settled by an earlier run` : ''}.`,
    );
    if (errorFile) print(`What was not taken in is listed in ${errorFile}`);
    if (added === 0 && settledBefore > 0) {
      print(
        `Keys of ${file} that were deleted since do not come back by the same file: for them, add an empty line to it.`,
      );
    }
    return 0;
  },
};

const keygen: CliCommand = {
  ...none,
  name: 'keygen',
  summary: 'Print a new master key, for KEYFORGE_MASTER_KEY.',
  async run(_, { print }) {
    print(MasterKey.generate().reveal());
    return 0;
  },
};

const projectionsList: CliCommand = {
  ...none,
  name: 'projections list',
  summary: 'Show the read models and how far they are.',
  async run(_, { run, print }) {
    const { position, head, lagEvents, lagSeconds, projections } = await run('projections-list', {});
    const width = Math.max(...projections.map(({ name }) => name.length));
    for (const { name, version, documents, isFoldedAnew } of projections) {
      const anew = isFoldedAnew ? ', being folded anew' : '';
      print(`${name.padEnd(width)} version ${String(version).padEnd(4)} ${documents} documents${anew}`);
    }
    print(`at position ${position} of ${head}: ${lagEvents} events, ${lagSeconds.toFixed(3)} s behind`);
    return 0;
  },
};

const oneOrAll = { usage: '[NAME]', options: [], values: 0, optionalValues: 1 } as const;

const projectionsRebuild: CliCommand = {
  ...oneOrAll,
  name: 'projections rebuild',
  summary: 'Build a read model, or all of them, anew from the log. They can be read meanwhile.',
  async run({ values: [name = null] }, { run, print }) {
    const { projections, events, seconds } = await run('projections-rebuild', { name });
    const rate = Math.round(events / Math.max(seconds, 0.001));
    print(`${projections.join(', ')}: ${events} events in ${seconds.toFixed(1)} s, ${rate}/s`);
    return 0;
  },
};

const projectionsVerify: CliCommand = {
  ...oneOrAll,
  name: 'projections verify',
  summary: 'Compare a read model, or all of them, with what the log says, byte for byte.',
  async run({ values: [name = null] }, { run, print }) {
    const { projections } = await run('projections-verify', { name });
    for (const { projection, documents, differing, differences } of projections) {
      for (const { id, problem } of differences) print(`${projection} ${id}: ${problem}`);
      const outcome = differing === 0 ? 'as the log says' : `${differing} DIFFER`;
      print(`${projection.padEnd(12)} ${documents} documents: ${outcome}`);
    }
    return projections.every(({ differing }) => differing === 0) ? 0 : 1;
  },
};

const migrate: CliCommand = {
  ...none,
  name: 'migrate',
  summary: 'Bring the data directory and MongoDB to the format of this release; again, it changes nothing.',
  async run(_, { run, print }) {
    const { dataDirectory, mongodb } = await run('migrate', {});
    print(`data directory: format ${dataDirectory}`);
    if (mongodb !== null) print(`MongoDB: format ${mongodb}`);
    return 0;
  },
};

const resetPassword: CliCommand = {
  name: 'reset-password',
  usage: 'LOGIN',
  summary: 'Give an account a new password and print it; staff then need no one-time code.',
  options: [],
  values: 1,
  async run({ values: [login] }, { run, print }) {
    const made = await run('reset-password', { login: login! });
    print(`login          ${made.login}`);
    print(`password       ${made.password}`);
    return 0;
  },
};

const rotateMasterKey: CliCommand = {
  name: 'rotate-master-key',
  usage: '[--new-key FILE]',
  summary: 'Put all data keys under a new master key. FILE holds it where KEYFORGE_MASTER_KEY is set.',
  options: ['new-key'],
  values: 0,
  async run({ options }, { run, print, readFile }) {
    const file = options['new-key'];
    const nextKey = file === undefined ? null : readFile(file).trim();
    const { dataKeys } = await run('rotate-master-key', { nextKey });
    print(`${dataKeys} data keys are under the new master key.`);
    if (nextKey !== null) print('Set KEYFORGE_MASTER_KEY to it before the next start.');
    print('Restart the server: sessions signed under the old key end with it.');
    return 0;
  },
};

const verify: CliCommand = {
  ...none,
  name: 'verify',
  summary: 'Check the whole log and name the position and stream of any damage.',
  async run(_, { run, print }) {
    const { events, streams, problems } = await run('verify', {});
    for (const { position, stream, problem } of problems) {
      print(`position ${position}, stream ${stream}: ${problem}`);
    }
    print(`${events} events in ${streams} streams: ${problems.length === 0 ? 'sound' : 'DAMAGED'}`);
    return problems.length === 0 ? 0 : 1;
  },
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CliCommand[] = [
  acceptLog,
  backup,
  demoLoad,
  demoRemove,
  doctor,
  importKeys,
  keygen,
  migrate,
  projectionsList,
  projectionsRebuild,
  projectionsVerify,
  resetPassword,
  restore,
  rotateMasterKey,
  verify,
];

/** What `help` prints. */
export function helpText(commands: readonly CliCommand[] = COMMANDS): string {
  const calls = commands.map(({ name, usage }) => `${name} ${usage}`.trim());
  const width = Math.max(...calls.map((call) => call.length));
  const lines = commands.map(({ summary }, index) => `  ${calls[index]!.padEnd(width)}   ${summary}`);
  return [
    'npm run cli -- COMMAND',
    '',
    ...lines,
    '',
    'For a file or a pipe: npm run --silent cli -- COMMAND, which leaves out what npm prints itself.',
    'A command goes through the running server if one uses DATA_DIR, else it opens the directory itself.',
  ].join('\n');
}
