import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { loadSettings } from './settings.js';
import { GENERATED_FILES, renderEnvExample } from './settings-docs.js';

describe('the documents about settings', () => {
  it.each(Object.keys(GENERATED_FILES))('%s is current; if not, run "npm run settings:docs"', (path) => {
    expect(readFileSync(path, 'utf8')).toBe(GENERATED_FILES[path]?.());
  });

  it('hold an example that is valid with every line switched on', () => {
    const example = renderEnvExample().replace(/^#(?=[A-Z_]+=)/gm, '');
    expect(loadSettings(parseEnv(example))).toEqual(loadSettings({}));
  });
});
