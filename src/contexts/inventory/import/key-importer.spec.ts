import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { KeyFile, type KeyFileOptions, type KeySource } from './key-file.js';
import { type ImportProgress, type ImportRequest, type ImportResult, KeyImporter } from './key-importer.js';
import { WorkerKeyFile } from './worker-key-file.js';

let folder: string;
let store: MemoryEventStore;
let node: InventoryNode;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyforge-import-'));
  store = new MemoryEventStore();
  node = await InventoryNode.start(store, new MemoryKeyStore());
  await node.createPackage('a');
});
afterEach(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
});

const openInThread = (options: KeyFileOptions): KeySource =>
  new WorkerKeyFile(resolve(__dirname, 'key-file.worker.ts'), options, {
    execArgv: ['-r', resolve('test/support/register.cjs')],
  });

const importer = (openSource: (options: KeyFileOptions) => KeySource = (options) => new KeyFile(options)) => {
  const { executor, intake, fingerprints: index, preparers, clock, caughtUp } = node;
  return new KeyImporter({ executor, intake, index, preparers, clock, caughtUp, openSource });
};

async function run(
  path: string,
  rest: Partial<ImportRequest> = {},
  over: KeyImporter = importer(),
): Promise<ImportResult> {
  const result = await over.run({ path, packageId: 'a', context: testContext, ...rest });
  if (isRejection(result)) throw new Error(result.code);
  await node.caughtUp();
  return result;
}

const file = (content: string | Buffer, name = 'keys.csv'): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const rows = (count: number, prefix = 'KEY'): string =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index},SN-${index}`).join('\n');
/** Without the import that each entry names. */
const errorsOf = (path: string): string =>
  readFileSync(`${path}.errors.csv`, 'utf8').replace(/,[^,\n]*$/gm, '');

describe('importing a file', () => {
  it('takes its keys in, lot by lot, and reports how far it is', async () => {
    const seen: ImportProgress[] = [];
    const path = file(`key_text,serial_number,expires_at\n${rows(2500)}\nLAST,,2027-12-31`);
    const result = await run(path, { onProgress: (progress) => seen.push(progress) });
    expect(result).toMatchObject({ rows: 2501, added: 2501, duplicates: 0, invalid: 0, errorFile: null });
    expect(seen.map(({ added }) => added)).toEqual([1000, 2000, 2501]);
    expect(seen.at(-1)?.bytes).toBe(result.totalBytes);
    expect(node.stock.available('a')).toBe(2501);
    expect(await node.texts.read(2, 0)).toEqual({ text: 'KEY-1000', serial: 'SN-1000' });
    expect((await node.texts.stored(3, 500)).expiresAt).toBe('2027-12-31T20:00:00.000Z');
  });

  it('reads files without a header, with BOM, CRLF, quotes and empty lines', async () => {
    const path = file('\uFEFF"AAA, BBB",SN\r\n\r\n  \r\n"C""C"\r\nDDD,,2027-01-01');
    expect(await run(path)).toMatchObject({ rows: 3, added: 3 });
    expect(await node.texts.read(1, 0)).toEqual({ text: 'AAA, BBB', serial: 'SN' });
    expect(await node.texts.read(1, 1)).toEqual({ text: 'C"C', serial: null });
  });

  it('finds the header behind empty lines', async () => {
    expect(await run(file('\n \nserial_number;key_text\nSN-1;AAA\n'))).toMatchObject({ rows: 1, added: 1 });
    expect(await node.texts.read(1, 0)).toEqual({ text: 'AAA', serial: 'SN-1' });
  });

  it('goes by a line that says the delimiter, also where files were put together', async () => {
    const first = ['sep=;', 'key_text;serial_number', 'AAA, BBB;SN-1'];
    const second = ['sep=,', 'key_text,serial_number', 'CCC;DDD,SN-2'];
    const path = file(`\uFEFF${[...first, ...second].join('\r\n')}\r\n`);
    expect(await run(path)).toMatchObject({ rows: 2, added: 2 });
    expect(await node.texts.read(1, 0)).toEqual({ text: 'AAA, BBB', serial: 'SN-1' });
    expect(await node.texts.read(1, 1)).toEqual({ text: 'CCC;DDD', serial: 'SN-2' });
    expect(await run(file('sep=;\nEEE;SN-3', 'other.csv'))).toMatchObject({ rows: 1, added: 1 });
    expect(await node.texts.read(2, 0)).toEqual({ text: 'EEE', serial: 'SN-3' });
  });

  it('refuses what a spreadsheet has made of long numbers: nobody could redeem that', async () => {
    const lines = ['key_text,serial_number', '1.23457E+15,SN-1', '1234567890123456,SN-2', 'AAA,"1,5E+12"'];
    const path = file(lines.join('\n'));
    expect(await run(path)).toMatchObject({ rows: 3, added: 1, invalid: 2 });
    expect(errorsOf(path)).toBe('line,reason\n2,scientific_notation\n4,scientific_notation\n');
    expect(await node.texts.read(1, 0)).toEqual({ text: '1234567890123456', serial: 'SN-2' });
  });

  it('takes nothing from a file that does not tell which column has the keys', async () => {
    const path = file('Serial,Code\nSN-1,AAA\n');
    const answer = await importer(openInThread).run({ path, packageId: 'a', context: testContext });
    expect(answer).toMatchObject({ code: 'ColumnsUnknown' });
    expect(node.stock.available('a')).toBe(0);
  });

  it('takes nothing where a header comes behind other lines, which would be sold', async () => {
    const files = ['# exported 2026-12-31\nkey_text\nAAA\n', `AAA\nBBB\nserial_number;key_text\n`];
    for (const content of files) {
      const answer = await importer().run({ path: file(content), packageId: 'a', context: testContext });
      expect(answer).toMatchObject({ code: 'ColumnsUnknown' });
    }
    expect(node.stock.available('a')).toBe(0);
  });

  it('takes nothing where the first line is too long to be read', async () => {
    const path = file(`serial_number,key_text${',x'.repeat(40_000)}\nSN-1,AAA\n`);
    const answer = await importer().run({ path, packageId: 'a', context: testContext });
    expect(answer).toMatchObject({ code: 'ColumnsUnknown' });
    expect(node.stock.available('a')).toBe(0);
  });

  it('reads files that were put together, each by its own header', async () => {
    const path = file('key_text,serial_number\nAAA,SN-1\nSerial_Number;Key_Text\nSN-2;BBB\nkey_text\nCCC\n');
    expect(await run(path)).toMatchObject({ rows: 3, added: 3 });
    expect(await node.texts.read(1, 1)).toEqual({ text: 'BBB', serial: 'SN-2' });
    expect(await node.texts.read(1, 2)).toEqual({ text: 'CCC', serial: null });
  });

  it('lists each row that was not taken in by line and reason, never by text', async () => {
    await node.add('a', [{ text: 'KNOWN' }]);
    const lines = [
      'GOOD',
      'known',
      '"OPEN"x',
      'GOOD',
      `LONG${'x'.repeat(70_000)}`,
      'DATE,,31.12.2027',
      ',SN',
      'FINE',
    ];
    const path = file(Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0x41, 0xff, 0x42])]));
    const result = await run(path);
    expect(result).toMatchObject({
      rows: 9,
      added: 2,
      duplicates: 2,
      invalid: 5,
      errorFile: `${path}.errors.csv`,
    });
    expect(errorsOf(path)).toBe(
      'line,reason\n2,duplicate\n3,unclosed_quote\n4,duplicate\n5,line_too_long\n6,invalid_expiry\n7,invalid_text\n9,not_utf8\n',
    );
  });

  it('takes no key that its delimiter cut short', async () => {
    const path = file('key_text\nuser@mail.example,passw0rd\n"user@mail.example,passw0rd"\nAAA,,\n');
    expect(await run(path)).toMatchObject({ rows: 3, added: 2, invalid: 1 });
    expect(errorsOf(path)).toBe('line,reason\n2,too_many_fields\n');
    expect(await node.texts.read(1, 0)).toMatchObject({ text: 'user@mail.example,passw0rd' });
  });

  it('takes no part of a field that goes on over lines for a key', async () => {
    const text =
      'key_text,serial_number,note\nAAA,SN-1,"two\nBBB,\n\nlines"\nCCC,SN-2,"one"\n"DDD\nEEE\nFFF""\n",SN-3\nGGG\n';
    const path = file(text);
    expect(await run(path)).toMatchObject({ rows: 9, added: 2, invalid: 7 });
    const refused = [2, 3, 5, 7, 8, 9, 10].map((line) => `${line},unclosed_quote\n`);
    expect(errorsOf(path)).toBe(`line,reason\n${refused.join('')}`);
    expect(await node.texts.read(1, 0)).toEqual({ text: 'CCC', serial: 'SN-2' });
    expect(await node.texts.read(1, 1)).toEqual({ text: 'GGG', serial: null });
  });

  it('does not wait for ever for a quote that somebody forgot', async () => {
    const path = file(`key_text,serial_number\n"AAA\n${rows(150)}\n`);
    expect(await run(path)).toMatchObject({ rows: 151, added: 50, invalid: 101 });
    expect(await node.texts.read(1, 0)).toMatchObject({ text: 'KEY-100' });
    const joined = file('key_text\n"BBB\nkey_text\nCCC', 'joined.csv');
    expect(await run(joined)).toMatchObject({ rows: 2, added: 1 });
  });

  it('does the same when another thread reads the file', async () => {
    const path = file(`key_text,serial_number\n${rows(1500)}\n"BAD"x\nKEY-7`);
    const result = await run(path, {}, importer(openInThread));
    expect(result).toMatchObject({ rows: 1502, added: 1500, duplicates: 1, invalid: 1 });
    expect(errorsOf(path)).toBe('line,reason\n1502,unclosed_quote\n1503,duplicate\n');
    expect(await node.texts.read(2, 499)).toMatchObject({ text: 'KEY-1499' });
  });

  it('fails when the file cannot be read, in this thread and in another', async () => {
    for (const open of [undefined, openInThread]) {
      await expect(run(join(folder, 'none.csv'), {}, importer(open))).rejects.toThrow('ENOENT');
    }
  });

  it('is refused for a package that cannot hold keys', async () => {
    const result = await importer().run({ path: file('A'), packageId: 'nope', context: testContext });
    expect(result).toMatchObject({ code: 'UnknownPackage' });
  });

  it('stores neither a text nor anything that a text can be guessed from', async () => {
    await run(file('CANARY-KEY-000001'));
    const stored = store.events.map(({ data, metadata }) => `${data}${metadata}`).join('\n');
    expect(stored).not.toMatch(/CANARY/i);
  });
});

describe('importing a file again', () => {
  it('goes on where it was stopped, and its own rows are not duplicates', async () => {
    const path = file(`key_text,serial_number\nKEY-5\n${rows(4000)}\n"BAD`);
    const stop = new AbortController();
    const stopped = run(path, {
      signal: stop.signal,
      onProgress: ({ added }) => {
        if (added >= 1000) stop.abort(new Error('stopped'));
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    await node.caughtUp();
    const before = node.stock.available('a');
    expect(before).toBeGreaterThanOrEqual(1000);
    expect(before).toBeLessThan(4000);
    const result = await run(path);
    expect(result).toMatchObject({ added: 4000 - before, duplicates: 1, invalid: 1, rows: 4002 });
    expect(result.settledBefore).toBe(before);
    expect(node.stock.available('a')).toBe(4000);
    expect(errorsOf(path)).toBe('line,reason\n8,duplicate\n4003,unclosed_quote\n');
  });

  it.each<[string, (path: string) => void]>([
    ['written over', (path) => writeFileSync(path, rows(4000, 'NEW'))],
    ['appended to', (path) => appendFileSync(path, '\nMORE')],
  ])('settles no line that was %s meanwhile', async (_, change) => {
    const path = file(rows(4000));
    const changed = run(path, {
      onProgress: ({ added }) => {
        if (added === 1000) change(path);
      },
    });
    await expect(changed).rejects.toThrow('keys.csv was changed meanwhile');
    await node.caughtUp();
    const before = node.stock.available('a');
    expect(before).toBeLessThan(4000);
    writeFileSync(path, rows(4000));
    expect(await run(path)).toMatchObject({ settledBefore: before, added: 4000 - before, duplicates: 0 });
  });

  it('is refused while it is being imported', async () => {
    const path = file(rows(3000));
    const over = importer();
    const request = { path, packageId: 'a', context: testContext };
    const [first, second] = await Promise.all([over.run(request), over.run(request)]);
    expect([first, second]).toContainEqual(expect.objectContaining({ code: 'ImportRunning' }));
    expect([first, second]).toContainEqual(expect.objectContaining({ added: 3000 }));
  });

  it('is refused while it is being imported into another package, with which it would share its file of errors', async () => {
    await node.createPackage('b');
    const path = file(rows(3000));
    const over = importer();
    const request = { path, packageId: 'a', context: testContext };
    const [first, second] = await Promise.all([over.run(request), over.run({ ...request, packageId: 'b' })]);
    expect([first, second]).toContainEqual(expect.objectContaining({ code: 'ImportRunning' }));
    expect([first, second]).toContainEqual(expect.objectContaining({ added: 3000 }));
  });

  it('adds nothing and reports no row of its own once it is complete', async () => {
    const path = file(rows(1200));
    await run(path);
    expect(await run(path)).toMatchObject({ added: 0, duplicates: 0, settledBefore: 1200, errorFile: null });
  });

  it('knows it under another name, and takes another content for another file', async () => {
    await run(file(rows(10)));
    expect(await run(file(rows(10), 'copy.csv'))).toMatchObject({ settledBefore: 10, duplicates: 0 });
    const longer = file(rows(11), 'longer.csv');
    expect(await run(longer)).toMatchObject({ settledBefore: 0, added: 1, duplicates: 10 });
    expect(errorsOf(longer).split('\n').length).toBe(12);
  });

  it('lists no rows of another content that the file had meanwhile', async () => {
    const one = `${rows(10)}\nKEY-1`;
    const path = file(one);
    await run(path);
    await run(file(`${rows(10)}\nKEY-1\nKEY-2`));
    expect(errorsOf(path).split('\n')).toHaveLength(14);
    expect(await run(file(one))).toMatchObject({ settledBefore: 11, duplicates: 0, errorFile: null });
    expect(readdirSync(folder)).toEqual(['keys.csv']);
  });

  it('leaves no other files behind', async () => {
    const path = file(`${rows(10)}\nKEY-1`);
    await run(path);
    expect(await run(path)).toMatchObject({ rows: 11, duplicates: 1, settledBefore: 10 });
    expect(readdirSync(folder).sort()).toEqual(['keys.csv', 'keys.csv.errors.csv']);
    expect(errorsOf(path)).toBe('line,reason\n11,duplicate\n');
  });
});
