import { type AddressInfo, createServer } from 'node:net';
import { SettingsError } from '../config/settings.js';
import { assertCanListen, listenFailure, PortTaken } from './listening.js';

const host = '127.0.0.1';

it('a free port can be listened on, and still afterwards', async () => {
  const server = createServer().listen(0, host);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(assertCanListen({ host, port })).rejects.toThrow(new PortTaken({ host, port }));
  await new Promise((resolve) => server.close(resolve));
  await assertCanListen({ host, port });
  await assertCanListen({ host, port });
});

it('an address that is not of this machine is refused by its setting', async () => {
  await expect(assertCanListen({ host: '192.0.2.1', port: 0 })).rejects.toThrow(
    /^HOST must be an address of this machine, which 192\.0\.2\.1 is not \(EADDRNOTAVAIL\)$/,
  );
});

it('a port that the user may not have is named, and what else goes wrong stays as it is', () => {
  const refused = Object.assign(new Error('listen'), { code: 'EACCES' });
  expect(listenFailure(refused, { host, port: 80 })).toEqual(
    new SettingsError([{ variable: 'PORT', message: '80 may not be used by this user' }]),
  );
  const other = Object.assign(new Error('listen'), { code: 'EMFILE' });
  expect(listenFailure(other, { host, port: 80 })).toBe(other);
});
