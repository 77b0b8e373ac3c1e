import { inspect } from 'node:util';
import { MasterKey } from './master-key.js';

describe('a master key', () => {
  it('is read from hexadecimal and base64 alike', () => {
    const bytes = Buffer.alloc(32, 7);
    const key = new MasterKey(bytes);
    for (const text of [
      bytes.toString('hex'),
      bytes.toString('base64'),
      `${bytes.toString('base64url')}\n`,
    ]) {
      expect(MasterKey.parse(text).equals(key)).toBe(true);
    }
  });

  it.each(['', 'password', 'ab'.repeat(31), 'é'.repeat(43)])('is not made of %p', (text) => {
    expect(() => MasterKey.parse(text)).toThrow(expect.objectContaining({ code: 'Malformed' }));
  });

  it('gives another sub key for each purpose, the same ones every time', () => {
    const key = MasterKey.generate();
    expect(key.derive('jwt')).toEqual(key.derive('jwt'));
    expect(key.derive('jwt')).not.toEqual(key.derive('cursor'));
  });

  it('opens only what it wrapped, under the label that it was wrapped with', () => {
    const [key, other] = [MasterKey.generate(), MasterKey.generate()];
    const secret = Buffer.alloc(32, 1);
    const wrapped = key.wrap(secret, 'a');
    expect(key.unwrap(wrapped, 'a')).toEqual(secret);
    expect(() => key.unwrap(wrapped, 'b')).toThrow(expect.objectContaining({ code: 'Mismatch' }));
    expect(() => other.unwrap(wrapped, 'a')).toThrow(expect.objectContaining({ code: 'Mismatch' }));
    expect(() => key.unwrap(Buffer.alloc(3), 'a')).toThrow(expect.objectContaining({ code: 'Malformed' }));
  });

  it('does not show itself when it is printed', () => {
    const key = MasterKey.generate();
    const shown = `${inspect(key, { depth: 5, showHidden: true })}${JSON.stringify({ key })}${String(key)}`;
    expect(shown).not.toContain(key.reveal());
    expect(shown).not.toContain(key.reveal().slice(0, 12));
  });
});
