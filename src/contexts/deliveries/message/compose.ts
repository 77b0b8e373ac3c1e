import { Eta } from 'eta';
import { type MailLanguage, mailLanguage, oneLine, subjectOf } from '../../../platform/mail/mail-text.js';
import type { ProductState } from '../../catalog/index.js';
import type { PartnerState } from '../../partners/index.js';
import { KEY_DELIVERY_HTML } from './key-delivery.template.js';
import { MAIL_WORDS } from './texts.js';

export interface MailItem {
  readonly product: Pick<ProductState, 'names' | 'imageUrl' | 'instructions'>;
  /** The key in clear. */
  readonly text: string;
  readonly serial: string | null;
}

export interface KeyDelivery {
  /** One that there are no words for is English. */
  readonly language: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** The partner's own id of the order. */
  readonly reference: string;
  readonly partner: Pick<PartnerState, 'name' | 'logoUrl' | 'supportEmail'>;
  readonly items: readonly MailItem[];
}

export interface ComposedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const eta = new Eta({ autoEscape: true, cache: true });
const renderHtml = eta.compile(KEY_DELIVERY_HTML).bind(eta);

/** The message with an order's keys. Every value is escaped; nothing in it can start a header or a tag. */
export function composeMail({ language, publicUrl, reference, partner, items }: KeyDelivery): ComposedMail {
  const known = mailLanguage(language);
  const words = MAIL_WORDS[known];
  const shown = items.map(({ product, text, serial }) => ({
    name: oneLine(product.names[known] ?? product.names.en),
    image: pictureUrl(product.imageUrl, publicUrl),
    key: text,
    serial: serial && oneLine(serial),
    instructions: linesOf(product.instructions[known] ?? product.instructions.en ?? ''),
  }));
  const names = [...new Set(shown.map(({ name }) => name))].join(', ');
  // A function, so that a `$&` in a name stays what it is.
  const subject = subjectOf(words.subject.replace('{product}', () => names));
  const view = {
    language: known,
    words,
    subject,
    partner: oneLine(partner.name),
    logo: pictureUrl(partner.logoUrl, publicUrl),
    support: partner.supportEmail && oneLine(partner.supportEmail),
    reference: oneLine(reference),
    items: shown,
  };
  return { subject, html: eta.render(renderHtml, view), text: textOf(view) };
}

type View = {
  readonly words: (typeof MAIL_WORDS)[MailLanguage];
  readonly partner: string;
  readonly support: string | null;
  readonly reference: string;
  readonly items: readonly {
    name: string;
    key: string;
    serial: string | null;
    instructions: readonly string[];
  }[];
};

function textOf({ words, partner, support, reference, items }: View): string {
  const parts = items.map(({ name, key, serial, instructions }) =>
    [
      name,
      `${words.key}: ${key}`,
      ...(serial ? [`${words.serial}: ${serial}`] : []),
      ...(instructions.length > 0 ? ['', `${words.instructions}:`, ...instructions] : []),
    ].join('\n'),
  );
  const foot = [
    `${words.order}: ${reference}`,
    ...(support ? [`${words.support}: ${support}`] : []),
    words.secret,
    '',
    `-- \n${partner}`,
  ].join('\n');
  return [words.title, words.thanks, ...parts, foot].join('\n\n');
}

const linesOf = (text: string): string[] =>
  text.trim() === ''
    ? []
    : text
        .trim()
        .split(/\r\n|\r|\n/)
        .map((line) => line.trimEnd());

/** An absolute http(s) address; null for anything else. Our own uploads are stored as paths. */
function pictureUrl(address: string | null, publicUrl: string): string | null {
  if (address === null) return null;
  const absolute = address.startsWith('/uploads/') ? `${publicUrl}${address}` : address;
  if (!URL.canParse(absolute)) return null;
  const { protocol, href } = new URL(absolute);
  return protocol === 'http:' || protocol === 'https:' ? href : null;
}
