// Compiles the messages' MJML into the templates that the product sends: `npm run mail:template`, or with --check to see
// whether what is committed is what it would write. MJML is needed here alone.
import { readFileSync, writeFileSync } from 'node:fs';
import mjml2html from 'mjml';

/** Source without its ending, and what the template is called in code. */
const TEMPLATES = [
  ['src/contexts/deliveries/message/key-delivery', 'KEY_DELIVERY_HTML'],
  ['src/contexts/webhooks/message/warning', 'WARNING_HTML'],
];

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

/** The TypeScript module of a template. */
async function moduleOf(source, name) {
  const { html, errors } = await mjml2html(readFileSync(`${source}.mjml`, 'utf8'), {
    validationLevel: 'strict',
    fonts: {},
    beautify: false,
    minify: false,
  });
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  const template = filled(asEta(html).replaceAll('lang="und"', 'lang="<%= it.language %>"'));
  if (/\{\{|\}\}/.test(template)) throw new Error(`a placeholder of ${source} was not understood`);
  const quoted = template.replace(/[\\`]|\$\{/g, '\\$&');
  return `// Written by build-templates.mjs from ${source.split('/').at(-1)}.mjml: change that.
// biome-ignore format: one text
export const ${name} = \`${quoted}\`;
`;
}

for (const [source, name] of TEMPLATES) {
  const target = `${source}.template.ts`;
  const module = await moduleOf(source, name);
  if (!process.argv.includes('--check')) writeFileSync(target, module);
  else if (readFileSync(target, 'utf8') !== module) {
    console.error(`${target} is not what its MJML makes: npm run mail:template`);
    process.exitCode = 1;
  }
}
