import { makeApiDocument } from '../../src/composition/api-document.js';

process.stdout.write(JSON.stringify(makeApiDocument()));
