import { createServer } from 'node:net';
import { SettingsError } from '../config/settings.js';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** The port is used by another process. */
export class PortTaken extends Error {
  constructor({ host, port }: Address) {
    super(`PORT ${port} is taken: another process listens on it at ${host}`);
    this.name = 'PortTaken';
  }
}

const NO_ADDRESS_HERE = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EAFNOSUPPORT', 'EINVAL'];

/**
 * Listens for a moment where the server will, so that nothing is made and shown once by a start that comes to nothing.
 * @throws {PortTaken | SettingsError}
 */
export async function assertCanListen(address: Address): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.port, address.host, resolve);
    });
  } catch (error) {
    throw listenFailure(error, address);
  }
  await new Promise((resolve) => server.close(resolve));
}

/** What an operator should know of a server that could not listen. */
export function listenFailure(error: unknown, address: Address): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new PortTaken(address);
  const { host, port } = address;
  if (code === 'EACCES') {
    return new SettingsError([{ variable: 'PORT', message: `${port} may not be used by this user` }]);
  }
  if (!NO_ADDRESS_HERE.includes(code)) return error;
  const message = `must be an address of this machine, which ${host} is not (${code})`;
  return new SettingsError([{ variable: 'HOST', message }]);
}
