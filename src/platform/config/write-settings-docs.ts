import { writeFileSync } from 'node:fs';
import { GENERATED_FILES } from './settings-docs.js';

// Run by "npm run settings:docs" from the repository's root.
for (const [path, render] of Object.entries(GENERATED_FILES)) writeFileSync(path, render());
