import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIL_LANGUAGES } from '../../src/platform/mail/mail-text.js';
import { PREVIEWS } from './preview.js';

/** Writes what customers and partners get in each language to `docs/mail`. */
const folder = join('docs', 'mail');
mkdirSync(folder, { recursive: true });
for (const { name, compose } of PREVIEWS) {
  for (const language of MAIL_LANGUAGES) {
    const { html, text } = compose(language);
    writeFileSync(join(folder, `${name}.${language}.html`), html);
    writeFileSync(join(folder, `${name}.${language}.txt`), `${text}\n`);
  }
}
