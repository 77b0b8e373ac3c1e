import type { AddressInfo } from 'node:net';
import type { Settings } from '../platform/config/settings.js';
import type { SandboxOffer } from './demo/sandbox.js';
import type { FirstStart } from './first-start.js';

const TERMINAL_PATH = '/api/v1/partners/service';

/** Where a client on this machine reaches a server that listens there. */
export function localUrl({ address, port, family }: AddressInfo): string {
  const isIpv6 = family === 'IPv6';
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${isIpv6 ? `[${address}]` : address}:${port}`;
}

/**
 * A shell line that buys a demo key, another one each time: the shell makes the order's reference. Where `date` knows no
 * nanoseconds, `$RANDOM` tells two of the same second apart.
 */
const curlLine = (url: string, { login, password, packageId }: SandboxOffer): string =>
  [
    `curl -sG '${url}${TERMINAL_PATH}'`,
    "--data-urlencode 'action=6'",
    `--data-urlencode 'settings=${JSON.stringify({ login, password })}'`,
    `--data-urlencode 'data={"package":"${packageId}","order":"DEMO-'"$(date +%s%N)-$RANDOM"'"}'`,
  ].join(' ');

/** Where clients reach a server that listens at `url`: a port that the system chose is in no setting. */
export const shownUrl = (url: string, { port, publicUrl }: Pick<Settings, 'port' | 'publicUrl'>): string =>
  port === 0 && new URL(publicUrl).port === '0' ? url : publicUrl;

/** What a start prints for the person in front of it. Holds the admin's password if this start made it up. */
export function bannerText(
  url: string,
  settings: Pick<Settings, 'publicUrl' | 'port' | 'adminPassword'>,
  { admin, sandbox, hasForgottenSandbox }: FirstStart,
): string {
  const base = shownUrl(url, settings);
  const lines = [
    '',
    `KeyForge is listening on ${url}`,
    '',
    `  Terminals      ${base}${TERMINAL_PATH}`,
    `  REST v2        ${base}/api`,
    `  Reference      ${base}/reference`,
    `  Command line   npm run cli -- help`,
    ...(admin ? [] : ['  Admin          npm run cli -- reset-password admin makes a new password']),
    '',
  ];
  if (admin) {
    const password = settings.adminPassword === null ? admin.password : 'set by KEYFORGE_ADMIN_PASSWORD';
    lines.push('The admin, shown this once (npm run cli -- reset-password admin makes a new password):');
    lines.push(`  login          ${admin.login}`, `  password       ${password}`, '');
  }
  if (sandbox) lines.push('Paste this to buy a demo key:', '', `  ${curlLine(url, sandbox)}`, '');
  if (hasForgottenSandbox) {
    lines.push('The sandbox partner can still log in: npm run cli -- demo remove takes it away.', '');
  }
  return `${lines.join('\n')}\n`;
}
