import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnflushedMark } from './unflushed.js';

describe('the mark of an environment that is not flushed', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyforge-mark-'));
    writeFileSync(join(directory, 'data.mdb'), '');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('trusts what a process left that died while the machine went on', () => {
    expect(new UnflushedMark(directory, 'boot-1').isStale).toBe(false);
    new UnflushedMark(directory, 'boot-1').set();
    expect(new UnflushedMark(directory, 'boot-1').isStale).toBe(false);
  });

  it('trusts nothing once the machine has stopped in between', () => {
    new UnflushedMark(directory, 'boot-1').set();
    expect(new UnflushedMark(directory, 'boot-2').isStale).toBe(true);
  });

  it('trusts what was closed, whatever happens afterwards', () => {
    const mark = new UnflushedMark(directory, 'boot-1');
    mark.set();
    mark.clear();
    expect(existsSync(join(directory, 'unflushed'))).toBe(false);
    expect(new UnflushedMark(directory, 'boot-2').isStale).toBe(false);
  });

  it('trusts nothing that the disk refused, however it was closed', () => {
    const mark = new UnflushedMark(directory, 'boot-1');
    mark.set();
    mark.distrust();
    expect(new UnflushedMark(directory, 'boot-1').isStale).toBe(true);
    mark.clear();
    expect(new UnflushedMark(directory, 'boot-1').isStale).toBe(true);
  });

  it('trusts nothing that was in use where boots have no names', () => {
    new UnflushedMark(directory, 'unknown').set();
    expect(new UnflushedMark(directory, 'unknown').isStale).toBe(true);
  });
});
