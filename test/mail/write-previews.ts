import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeMail } from '../../src/contexts/deliveries/index.js';
import { MAIL_LANGUAGES } from '../../src/contexts/deliveries/message/texts.js';
import { PREVIEW } from './preview.js';

/** Writes what customers get in each language to `docs/mail`. */
const folder = join('docs', 'mail');
mkdirSync(folder, { recursive: true });
for (const language of MAIL_LANGUAGES) {
  const { html, text } = composeMail({ ...PREVIEW, language });
  writeFileSync(join(folder, `key-delivery.${language}.html`), html);
  writeFileSync(join(folder, `key-delivery.${language}.txt`), `${text}\n`);
}
