import { Cursors } from './cursors.js';
import { MasterKey } from './master-key.js';

const master = MasterKey.generate();
const cursors = new Cursors(master);

it('every process of an installation reads what another one made', () => {
  const cursor = cursors.seal('orders', '42');
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(new Cursors(master).open('orders', cursor)).toBe('42');
});

it('a cursor is of no use for another purpose, another installation, or changed', () => {
  const cursor = cursors.seal('orders', '42');
  expect(cursors.open('keys', cursor)).toBeNull();
  expect(new Cursors(MasterKey.generate()).open('orders', cursor)).toBeNull();
  for (let at = 0; at < cursor.length; at += 1) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    expect(cursors.open('orders', cursor.slice(0, at) + other + cursor.slice(at + 1))).toBeNull();
  }
});

it.each(['', 'x', '****', 'A'.repeat(22), ' '])('%j is no cursor', (text) => {
  expect(cursors.open('orders', text)).toBeNull();
});
