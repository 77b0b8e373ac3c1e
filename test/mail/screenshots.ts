import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { composeMail } from '../../src/contexts/deliveries/index.js';
import { MAIL_LANGUAGES } from '../../src/contexts/deliveries/message/texts.js';
import { PREVIEW } from './preview.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** A telephone and a desk. */
const WIDTHS = [360, 900];
const HEIGHT = 1_200;
const FOLDER = join('docs', 'mail');

/** What makes a page hard to read; none, if it is easy. */
async function problemsOf(page: Page, key: string): Promise<string[]> {
  const problems: string[] = [];
  const wide = await page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
  if (wide) problems.push('it is wider than the screen');
  const text = await page.evaluate<string>('document.body.innerText');
  if (!text.includes(key)) problems.push('the key is not shown');
  if (/<%|\{\{|undefined/.test(text)) problems.push('a placeholder is shown');
  const box = await page.getByText(key).boundingBox();
  if (!box || box.height < 16 || box.width < 100) problems.push('the key is too small');
  return problems;
}

/** Shows the message in Chromium, in each language and on two screens. With `write`, pictures go to `docs/mail`. */
async function main(): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    console.log(`not tested: no Chromium at ${CHROMIUM}`);
    return;
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  let failures = 0;
  try {
    for (const language of MAIL_LANGUAGES) {
      const { html } = composeMail({ ...PREVIEW, language });
      for (const width of WIDTHS) {
        const page = await browser.newPage({ viewport: { width, height: HEIGHT }, javaScriptEnabled: true });
        await page.setContent(html, { waitUntil: 'load' });
        const problems = await problemsOf(page, PREVIEW.items[0]!.text);
        const picture = await page.screenshot();
        if (picture.length < 10_000) problems.push('it is blank');
        failures += problems.length;
        console.log(`${language} at ${width}: ${problems.join(', ') || 'good'}`);
        if (process.argv.includes('write')) {
          mkdirSync(FOLDER, { recursive: true });
          writeFileSync(join(FOLDER, `key-delivery.${language}.${width}.png`), picture);
        }
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
  if (failures > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
