import { EventStoreError } from '../event-store.js';

/** Options that the client reads, as it compares them: without regard to case, `_` and `-`. */
const OPTIONS: readonly string[] = [
  ...['usercertfile', 'userkeyfile', 'tls', 'tlsverifycert', 'tlscafile'],
  ...['maxdiscoverattempts', 'discoveryinterval', 'gossiptimeout', 'nodepreference'],
  ...['connectionname', 'defaultdeadline', 'keepaliveinterval', 'keepalivetimeout', 'throwonappendfailure'],
];

const refusal = (problem: string): EventStoreError =>
  new EventStoreError('Failed', `EVENTSTORE_URL ${problem}`, 'nothing');

export const unreadable = (): EventStoreError => refusal('cannot be read as a connection string');

/**
 * The connection string as the client understands it: KurrentDB's scheme is one to it. What the client would warn of is
 * refused, because its warnings print the whole string, and with it the password.
 * @throws {EventStoreError} `Failed`, which shows nothing but the name of an option
 */
export function forClient(url: string): string {
  const [, scheme, authority = '', query = ''] = /^(\w+)(?:\+discover)?:\/\/([^?]*)\??(.*)$/.exec(url) ?? [];
  const user = /^(.*)@/.exec(authority)?.[1];
  // Of `a:b` as a password the client would take `a`, and of others a part as the name of a host.
  if (!scheme || !/^[^:@/]*:[^:@/]*$/.test(user ?? ':') || query.includes('@')) {
    throw refusal('cannot be read as a connection string: percent-encode what is special in its password');
  }
  const options = query.split('&').flatMap((text) => (text === '' ? [] : [optionOf(text)]));
  const unknown = options.find(({ key }) => !OPTIONS.includes(key));
  if (unknown) throw refusal(`has an option that is not known: ${unknown.name}`);
  const verified = options.filter(({ key, value }) => key !== 'tlsverifycert' || value === 'true');
  // Without TLS there is nothing to verify: many examples name both.
  const isPlain = options.some(({ key, value }) => key === 'tls' && value === 'false');
  if (verified.length < options.length && !isPlain) {
    throw refusal(
      'has tlsVerifyCert=false, which is not possible: name the certificate of its CA by tlsCAFile',
    );
  }
  const [address = ''] = url.replace(/^kurrentdb(?=\+|:)/, 'esdb').split('?');
  // The client takes no question mark with nothing behind it.
  return [address, ...(verified.length > 0 ? [verified.map(({ text }) => text).join('&')] : [])].join('?');
}

function optionOf(text: string): { text: string; name: string; key: string; value: string | undefined } {
  const [name = '', value] = text.split('=');
  return { text, name, key: name.toLowerCase().replace(/[_-]/g, ''), value };
}
