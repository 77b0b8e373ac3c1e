// Writes the TypeScript client of the OpenAPI document on the standard input: node write-client.mjs FOLDER
// What was in the folder is replaced. No TypeScript, so that it runs with and without a build.
import { text } from 'node:stream/consumers';
import { createClient } from '@hey-api/openapi-ts';

await createClient({
  input: JSON.parse(await text(process.stdin)),
  output: { path: process.argv[2], importFileExtension: '.js' },
  logs: { level: 'silent' },
  plugins: [
    '@hey-api/typescript',
    '@hey-api/sdk',
    { name: '@hey-api/client-fetch', baseUrl: false, throwOnError: true },
  ],
});
