import { readFileSync } from 'node:fs';
import type { Finding } from '../composition/doctor/finding.js';
import type { OperationTypes } from '../composition/operations/operation-types.js';
import { type CommandWorld, helpAsked, parseCommandLine, UsageError } from './command.js';
import { COMMANDS, helpText } from './commands.js';
import { ProgressDisplay, progressLine } from './progress-display.js';

type Results = { readonly [N in keyof OperationTypes]?: OperationTypes[N]['result'] };

/** Runs a command line against operations that answer what they are told to. */
async function run(line: string, results: Results = {}, findings: readonly Finding[] = []) {
  const lines: string[] = [];
  const asked: [name: string, params: unknown][] = [];
  const world: CommandWorld = {
    print: (text) => lines.push(text),
    resolve: (path) => `/here/${path}`,
    examine: async () => findings,
    readFile: (path) => `content of ${path}\n`,
    run: async (name, params) => {
      asked.push([name, params]);
      return results[name] as never;
    },
  };
  const { command, args } = parseCommandLine(COMMANDS, line.split(' '));
  const code = await command.run(args, world);
  return { code, lines, asked };
}

describe('the command line', () => {
  it.each([
    ['a command that there is not', 'frobnicate'],
    ['half of a command', 'demo'],
    ['a value that is missing', 'reset-password'],
    ['a value too many', 'verify everything'],
    ['an option that the command does not have', 'verify --package 1'],
    ['an option without its value', 'import keys FILE.csv --package'],
    ['an option with an empty value', 'import keys FILE.csv --package='],
  ])('refuses %s', (_, line) => {
    expect(() => parseCommandLine(COMMANDS, line.split(' '))).toThrow(UsageError);
  });

  it('takes an option before or after the values, with a blank or an equals sign', () => {
    const lines = ['import keys a.csv --package 7', 'import keys --package=7 a.csv'];
    for (const line of lines) {
      const { command, args } = parseCommandLine(COMMANDS, line.split(' '));
      expect(command.name).toBe('import keys');
      expect(args).toEqual({ values: ['a.csv'], options: { package: '7' } });
    }
  });

  it('is documented without the lines that npm prints where its output goes into a file or a pipe', () => {
    const documents = ['README.md', 'CONTRIBUTING.md', 'docs/operations.md'].map((path) =>
      readFileSync(path, 'utf8'),
    );
    const piped = documents.flatMap(
      (text) => text.match(/npm run[^`\n]* cli -- [^`\n]*( [>|] |--json)/g) ?? [],
    );
    expect(piped.length).toBeGreaterThan(0);
    for (const call of piped) expect(call).toContain('npm run --silent cli -- ');
  });

  it.each([
    ['', COMMANDS.length],
    ['help', COMMANDS.length],
    ['frobnicate --help', COMMANDS.length],
    ['import --help', 1],
    ['import keys FILE.csv -h', 1],
    ['help projections', 3],
  ])('helps with %p', (line, count) => {
    const asked = helpAsked(COMMANDS, line.split(' ').filter(Boolean));
    expect(asked).toHaveLength(count);
    expect(helpText(asked!)).toContain(asked![0]!.summary);
    expect(helpAsked(COMMANDS, ['import', 'keys', 'help.csv'])).toBeNull();
  });

  it('has a help that names every command', () => {
    for (const { name, usage } of COMMANDS) expect(helpText()).toContain(`  ${`${name} ${usage}`.trim()}`);
  });
});

describe('commands', () => {
  it('import asks for the package and hands an absolute path over', async () => {
    const imported = { rows: 3, added: 1, duplicates: 1, invalid: 1, settledBefore: 0 };
    const { asked, lines, code } = await run('import keys a.csv --package 7', {
      'import-keys': { ...imported, errorFile: '/here/a.csv.errors.csv' },
    });
    expect(asked).toEqual([['import-keys', { path: '/here/a.csv', package: '7' }]]);
    expect(lines.join('\n')).toContain('/here/a.csv.errors.csv');
    expect(code).toBe(0);
    await expect(run('import keys a.csv')).rejects.toThrow(UsageError);
  });

  it('import fails where the file has no row', async () => {
    const none = { rows: 0, added: 0, duplicates: 0, invalid: 0, settledBefore: 0, errorFile: null };
    const { code, lines } = await run('import keys a.csv --package 7', { 'import-keys': none });
    expect([code, lines]).toEqual([1, ['There are no keys in a.csv: nothing was taken in.']]);
  });

  it('import says of rows that an earlier run added what brings those back that were deleted since', async () => {
    const again = { rows: 3, added: 0, duplicates: 0, invalid: 1, settledBefore: 2, errorFile: null };
    const { code, lines } = await run('import keys a.csv --package 7', { 'import-keys': again });
    expect(code).toBe(0);
    expect(lines).toEqual([
      '3 rows: 0 added, 0 duplicates, 1 invalid, 2 settled by an earlier run.',
      'Keys of a.csv that were deleted since do not come back by the same file: for them, add an empty line to it.',
    ]);
  });

  it('verify fails when anything is damaged, and names position and stream', async () => {
    const sound = { events: 5, streams: 2, problems: [] };
    expect((await run('verify', { verify: sound })).code).toBe(0);
    const problems = [{ position: '17', stream: 'kf.lot-1', problem: 'checksum' }];
    const damaged = await run('verify', { verify: { ...sound, problems } });
    expect(damaged.code).toBe(1);
    expect(damaged.lines[0]).toContain('17');
    expect(damaged.lines[0]).toContain('kf.lot-1');
  });

  it.each([
    ['projections rebuild', 'projections-rebuild'],
    ['projections verify', 'projections-verify'],
  ] as const)('%s takes the name of one read model, or none for all', async (line, operation) => {
    const results = {
      'projections-rebuild': { projections: ['orders'], events: 10, seconds: 0.5 },
      'projections-verify': { projections: [], seconds: 0.5 },
    };
    expect((await run(line, results)).asked).toEqual([[operation, { name: null }]]);
    expect((await run(`${line} orders`, results)).asked).toEqual([[operation, { name: 'orders' }]]);
    expect(() => parseCommandLine(COMMANDS, [...line.split(' '), 'orders', 'keys'])).toThrow(UsageError);
  });

  it('projections verify fails when a read model differs, and names the documents', async () => {
    const sound = { projection: 'keys', events: 9, documents: 4, differing: 0, differences: [] };
    expect(
      (await run('projections verify', { 'projections-verify': { projections: [sound], seconds: 1 } })).code,
    ).toBe(0);
    const differences = [{ id: 7001, problem: 'different' as const }];
    const wrong = { ...sound, projection: 'orders', differing: 1, differences };
    const results = { 'projections-verify': { projections: [sound, wrong], seconds: 1 } };
    const { code, lines } = await run('projections verify', results);
    expect(code).toBe(1);
    expect(lines).toEqual([
      'keys         4 documents: as the log says',
      'orders 7001: different',
      'orders       4 documents: 1 DIFFER',
    ]);
  });

  it('doctor prints a line for each check, or JSON, and fails for a problem alone', async () => {
    const fine: Finding = { check: 'node', state: 'ok', text: '22.0.0' };
    const slow: Finding = {
      check: 'flushes',
      state: 'warning',
      text: '9 a second',
      advice: 'use another disk',
    };
    const calm = await run('doctor', {}, [fine, slow]);
    expect(calm.code).toBe(0);
    expect(calm.lines[1]).toMatch(/^warning +flushes +9 a second: use another disk$/);
    const { code, lines } = await run('doctor --json', {}, [fine, { ...slow, state: 'problem' }]);
    expect(code).toBe(1);
    expect(JSON.parse(lines.join('\n'))).toEqual([fine, { ...slow, state: 'problem' }]);
    expect(() => parseCommandLine(COMMANDS, ['doctor', '--json=no'])).toThrow(UsageError);
  });

  it('backup and restore hand absolute paths over', async () => {
    const taken = { position: '9', madeAt: '2026-01-01T00:00:00.000Z', files: 5, bytes: 2_097_152 };
    const backup = await run('backup safe', { backup: taken });
    expect(backup.asked).toEqual([['backup', { folder: '/here/safe' }]]);
    expect(backup.lines.join('\n')).toMatch(
      /position 9: 5 files, 2\.0 MiB in safe[\s\S]*master key is not in it/,
    );
    const restore = await run('restore safe', { restore: { ...taken, events: 9 } });
    expect(restore.asked).toEqual([['restore', { folder: '/here/safe' }]]);
    expect(restore.lines[0]).toContain('9 events up to position 9');
  });

  it('keygen prints a new key of 32 bytes each time and asks nobody', async () => {
    const [one, other] = [await run('keygen'), await run('keygen')];
    expect(one.lines[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(one.lines).not.toEqual(other.lines);
    expect(one.asked).toEqual([]);
  });

  it('a rotation takes the next key from a file alone, and never prints it', async () => {
    const results = { 'rotate-master-key': { dataKeys: 9 } };
    const { asked, lines } = await run('rotate-master-key --new-key next.key', results);
    expect(asked).toEqual([['rotate-master-key', { nextKey: 'content of next.key' }]]);
    expect(lines.join('\n')).not.toContain('content of');
  });
});

describe('progress', () => {
  const halfway = { stage: 'Import', done: 50, total: 100, detail: '7 rows' };

  it('shows a bar, or a count where the end is unknown', () => {
    expect(progressLine(halfway)).toBe('Import      [############............]  50 %  7 rows');
    expect(progressLine({ stage: 'Verify', done: 5, total: 0 })).toBe('Verify      5');
  });

  it('writes one line over on a terminal, and seldom a line elsewhere', () => {
    const drawn = (isTTY: boolean): string[] => {
      const written: string[] = [];
      let nowMs = 0;
      const display = new ProgressDisplay({ isTTY, write: (text) => written.push(text) }, () => nowMs);
      for (let done = 0; done <= 100; done += 1) {
        display.show({ stage: 'Import', done, total: 100 });
        nowMs += 20;
      }
      display.end();
      return written;
    };
    expect(drawn(true)).toHaveLength(21 + 1);
    expect(drawn(true).at(-1)).toBe('\n');
    const lines = drawn(false);
    expect(lines).toHaveLength(2);
    expect(lines.at(-1)).toContain('100 %');
  });
});
