// Compiles key-delivery.mjml into the template that the product sends: `npm run mail:template`, or with --check to see
// whether what is committed is what it would write. MJML is needed here alone.
import { readFileSync, writeFileSync } from 'node:fs';
import mjml2html from 'mjml';

const source = new URL('key-delivery.mjml', import.meta.url);
const target = new URL('key-delivery.template.ts', import.meta.url);

/** `{{…}}` of the source as Eta's tags: values are always escaped. */
const asEta = (html) =>
  html
    .replace(/\{\{#if ([\w.]+)\}\}/g, '<% if ($1) { %>')
    .replace(/\{\{#else\}\}/g, '<% } else { %>')
    .replace(/\{\{#each ([\w.]+) as (\w+)\}\}/g, '<% for (const $2 of $1) { %>')
    .replace(/\{\{#end\}\}/g, '<% } %>')
    .replace(/\{\{([\w.]+)\}\}/g, '<%= $1 %>');

/** Its lines joined to ones of about `width`: MJML writes many short ones. */
function filled(text, width = 100) {
  const lines = [''];
  for (const line of text.split('\n').map((one) => one.trim())) {
    const longer = `${lines.at(-1)} ${line}`.trim();
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(line);
  }
  return lines.join('\n');
}

const { html, errors } = await mjml2html(readFileSync(source, 'utf8'), {
  validationLevel: 'strict',
  fonts: {},
  beautify: false,
  minify: false,
});
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
const template = filled(asEta(html).replaceAll('lang="und"', 'lang="<%= it.language %>"'));
if (/\{\{|\}\}/.test(template)) throw new Error('a placeholder was not understood');
const quoted = template.replace(/[\\`]|\$\{/g, '\\$&');
const module = `// Written by build-template.mjs from key-delivery.mjml: change that.
// biome-ignore format: one text
export const KEY_DELIVERY_HTML = \`${quoted}\`;
`;
if (!process.argv.includes('--check')) writeFileSync(target, module);
else if (readFileSync(target, 'utf8') !== module) {
  console.error('key-delivery.template.ts is not what key-delivery.mjml makes: npm run mail:template');
  process.exit(1);
}
