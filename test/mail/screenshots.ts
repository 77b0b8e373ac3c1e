import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { MAIL_LANGUAGES, type MailLanguage } from '../../src/platform/mail/mail-text.js';
import { PREVIEWS } from './preview.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** A telephone and a desk. */
const WIDTHS = [360, 900];
const HEIGHT = 1_200;
const FOLDER = join('docs', 'mail');

/** What makes a page hard to read; none, if it is easy. */
async function problemsOf(page: Page, shown: string): Promise<string[]> {
  const problems: string[] = [];
  const wide = await page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
  if (wide) problems.push('it is wider than the screen');
  const text = await page.evaluate<string>('document.body.innerText');
  if (!text.includes(shown)) problems.push(`${shown} is not shown`);
  if (/<%|\{\{|undefined/.test(text)) problems.push('a placeholder is shown');
  const box = await page.getByText(shown).boundingBox();
  if (!box || box.height < 16 || box.width < 100) problems.push(`${shown} is too small`);
  return problems;
}

type Preview = (typeof PREVIEWS)[number];

/** @returns how many problems there are */
async function show(
  browser: Browser,
  { name, shown, compose }: Preview,
  language: MailLanguage,
  width: number,
) {
  const page = await browser.newPage({ viewport: { width, height: HEIGHT }, javaScriptEnabled: true });
  await page.setContent(compose(language).html, { waitUntil: 'load' });
  const problems = await problemsOf(page, shown);
  const picture = await page.screenshot();
  if (picture.length < 10_000) problems.push('it is blank');
  console.log(`${name} in ${language} at ${width}: ${problems.join(', ') || 'good'}`);
  if (process.argv.includes('write')) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${name}.${language}.${width}.png`), picture);
  }
  await page.close();
  return problems.length;
}

/** Shows each message in Chromium, in each language and on two screens. With `write`, pictures go to `docs/mail`. */
async function main(): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    console.log(`not tested: no Chromium at ${CHROMIUM}`);
    return;
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  let failures = 0;
  try {
    for (const preview of PREVIEWS) {
      for (const language of MAIL_LANGUAGES) {
        for (const width of WIDTHS) failures += await show(browser, preview, language, width);
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
