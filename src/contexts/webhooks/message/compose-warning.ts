import { Eta } from 'eta';
import { mailLanguage, oneLine, subjectOf } from '../../../platform/mail/mail-text.js';
import type { Warning } from '../domain/webhooks.js';
import { WARNING_HTML } from './warning.template.js';
import { WARNING_WORDS } from './warning-texts.js';

export interface WarningMail {
  readonly language: string | null;
  /** The partner's name. */
  readonly partner: string;
  readonly webhook: { readonly id: number; readonly url: string };
  readonly warning: Pick<Warning, 'because' | 'disabledAt' | 'failingSince'>;
}

const eta = new Eta({ autoEscape: true, cache: true });
const renderHtml = eta.compile(WARNING_HTML).bind(eta);

/**
 * The message about an endpoint that was switched off. Of its address the message holds scheme, host and port alone, as
 * partners may have put a secret into the rest against all advice.
 */
export function composeWarning({ language, partner, webhook, warning }: WarningMail) {
  const known = mailLanguage(language);
  const words = WARNING_WORDS[known];
  const { origin, host } = new URL(webhook.url);
  const subject = subjectOf(words.subject.replace('{address}', () => host));
  const { because, failingSince, disabledAt } = warning;
  const facts = [
    { label: words.address, value: origin },
    { label: words.number, value: String(webhook.id) },
    ...(failingSince === null ? [] : [{ label: words.failingSince, value: minuteOf(failingSince) }]),
    { label: words.disabledAt, value: minuteOf(disabledAt) },
  ];
  const view = {
    ...{ language: known, words, subject, facts },
    partner: oneLine(partner),
    because: words.because[because],
  };
  const text = [
    words.title,
    view.because,
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    words.kept,
    words.next,
    `-- \n${view.partner}`,
  ].join('\n\n');
  return { subject, html: eta.render(renderHtml, view), text };
}

/** `2026-03-01T12:00:31.500Z` as `2026-03-01 12:00 UTC`. */
const minuteOf = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
