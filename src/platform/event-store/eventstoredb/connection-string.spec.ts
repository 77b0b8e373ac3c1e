import { EventStoreDBClient } from '@eventstore/db-client';
import { forClient } from './connection-string.js';

it.each([
  ['esdb://host', 'esdb://host'],
  ['esdb://user:pass%3Aword@host:2113', 'esdb://user:pass%3Aword@host:2113'],
  ['kurrentdb+discover://host:2113/', 'esdb+discover://host:2113/'],
  ['kurrentdb://a:1,b:2,c:3?tls=false', 'esdb://a:1,b:2,c:3?tls=false'],
  ['esdb://host?tls=false&tlsVerifyCert=false', 'esdb://host?tls=false'],
  ['esdb://host?tlsVerifyCert=true', 'esdb://host?tlsVerifyCert=true'],
])('%s is understood by the client', (url, understood) => {
  const made = forClient(url);
  expect(made).toBe(understood);
  expect(() => EventStoreDBClient.connectionString(made)).not.toThrow();
});
