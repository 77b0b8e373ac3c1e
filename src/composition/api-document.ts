import { restV2Api } from '../apis/rest-v2/openapi/document.js';
import { REST_V2_CONTROLLERS } from '../apis/rest-v2/rest-v2.providers.js';
import { terminalApi } from '../apis/terminal-v1/openapi.js';
import { type ApiDocument, apiDocument } from '../platform/openapi/api-document.js';

const DESCRIPTION = `KeyForge sells digital goods wholesale.

- **REST v2** under \`/api\`: log in with \`POST /api/auth/login\`, then send \`Authorization: Bearer <accessToken>\`.
  Answers are \`{"success": true, "data": …}\`, lists carry \`pagination\`, errors are \`{"success": false, "error": "…"}\`.
  Each operation names the roles that may call it (\`x-roles\`); somebody else's object is answered like a missing one.
- **Terminal v1**: one GET request with JSON in its query.

Times are UTC. Amounts of money are decimal strings, prices of the catalogue are numbers.
Lists take \`page\`, \`limit\` and mostly \`search\` and \`sort\` (a field, with \`-\` before it for the other direction).`;

/** What `/openapi.json` answers: every surface that has a document of this kind. */
export const makeApiDocument = (): ApiDocument =>
  apiDocument({ title: 'KeyForge', version: '2.0.0', description: DESCRIPTION }, [
    restV2Api(REST_V2_CONTROLLERS),
    terminalApi(),
  ]);
