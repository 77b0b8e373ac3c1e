import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SelfSigned {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Where the certificate lies. */
  readonly path: string;
  dispose(): void;
}

/** A certificate for 127.0.0.1 that only who is given it trusts; null where openssl is missing. */
export function selfSigned(): SelfSigned | null {
  const folder = mkdtempSync(join(tmpdir(), 'keyforge-tls-'));
  const dispose = (): void => rmSync(folder, { recursive: true });
  const [path, keyPath] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    execFileSync('openssl', [...made, ...names, '-keyout', keyPath, '-out', path], { stdio: 'ignore' });
  } catch {
    dispose();
    return null;
  }
  return { certificate: readFileSync(path), key: readFileSync(keyPath), path, dispose };
}
