import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IF_EXISTS } from 'lmdb';
import { logKey } from './layout.js';
import { type LogEnvironment, openLogEnvironment, ownerTable } from './log-environment.js';
import { WriterClaim } from './writer-claim.js';

describe('the claim of a process on a log', () => {
  let directory: string;
  let environment: LogEnvironment;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyforge-claim-'));
    environment = openLogEnvironment(directory, 1024 ** 3);
  });
  afterEach(async () => {
    await environment.root.close();
    rmSync(directory, { recursive: true });
  });

  const newClaim = (): WriterClaim => new WriterClaim(ownerTable(environment.root));

  /** Whether a record is stored behind another one. */
  async function store(claim: WriterClaim, position: number, behind = 0): Promise<boolean> {
    const { log } = environment;
    let isOurs = Promise.resolve(false);
    const follows = log.ifVersion(logKey(behind), IF_EXISTS, () => {
      isOurs = claim.hold(log, logKey(position), () => log.put(logKey(position), Buffer.from('record')));
    });
    return (await follows) && isOurs;
  }

  it('goes to whoever has begun last', async () => {
    const [first, second] = [newClaim(), newClaim()];
    expect(await store(first, 1)).toBe(true);
    expect(await store(first, 2)).toBe(true);
    expect(await store(second, 2)).toBe(false);
    const third = newClaim();
    expect(await store(third, 3)).toBe(true);
    expect(await store(first, 4)).toBe(false);
    expect(await store(third, 4)).toBe(true);
    expect(ownerTable(environment.root).getKeysCount()).toBe(1);
  });

  it('is made again where the first record was not stored', async () => {
    const claim = newClaim();
    expect(await store(claim, 6, 5)).toBe(false);
    expect(await store(claim, 1)).toBe(false);
    claim.rewind();
    expect(await store(claim, 1)).toBe(true);
    claim.rewind();
    expect(await store(claim, 2)).toBe(true);
  });
});
