import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { Vault } from '../../security/vault.js';
import { MAILBOX_MESSAGES } from '../limits.js';
import { Mailbox } from './mailbox.js';

describe('the development mailbox', () => {
  let folder: string;
  const clock = new ManualClock(0);
  let vault: Vault;
  let mailbox: Mailbox;

  const open = (): Mailbox => new Mailbox(join(folder, 'mailbox'), vault, clock);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyforge-mailbox-'));
    vault = new Vault(new MemoryKeyStore());
    mailbox = open();
  });
  afterEach(async () => {
    await mailbox.close();
    rmSync(folder, { recursive: true });
  });

  async function send(id: string, recipientHash = 'anybody'): Promise<void> {
    clock.advance(1);
    const texts = { from: 'shop@example.com', to: 'a@example.com', subject: id, html: '', text: '' };
    await mailbox.send({ id, tags: {}, recipientHash, replyTo: null, ...texts });
  }
  const sendMany = async (from: number, to: number): Promise<void> => {
    for (let number = from; number <= to; number += 1) await send(`m${number}`);
  };
  const kept = async (): Promise<string[]> => (await mailbox.list()).map(({ id }) => id);

  it('keeps the newest messages, also after a restart', async () => {
    await sendMany(1, MAILBOX_MESSAGES + 2);
    expect(await kept()).toHaveLength(MAILBOX_MESSAGES);
    expect((await kept()).at(-1)).toBe('m3');
    mailbox = open();
    await send('after');
    const ids = await kept();
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([MAILBOX_MESSAGES, 'after', 'm4']);
  });

  it('counts a message once that is sent again, and as the newest', async () => {
    await sendMany(1, MAILBOX_MESSAGES);
    await send('m1');
    expect(await kept()).toHaveLength(MAILBOX_MESSAGES);
    await send('more');
    const ids = await kept();
    expect([ids.length, ids.at(-1), ids[1]]).toEqual([MAILBOX_MESSAGES, 'm3', 'm1']);
  });

  it('makes its folder again that somebody removed', async () => {
    await send('before');
    rmSync(join(folder, 'mailbox'), { recursive: true });
    await send('after');
    expect(await kept()).toEqual(['after']);
  });

  it('makes room by what was erased', async () => {
    await send('erased', 'customer');
    await sendMany(2, MAILBOX_MESSAGES);
    await mailbox.erase('customer');
    await send('more');
    const ids = await kept();
    expect([ids.length, ids.at(-1)]).toEqual([MAILBOX_MESSAGES, 'm2']);
  });
});
