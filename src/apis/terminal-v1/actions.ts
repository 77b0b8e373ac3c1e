import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ListTerminalPackages, ListTerminalProducts } from '../../contexts/catalog/index.js';
import { BuyKey, CancelReservation, ConfirmSale, ReserveKey } from '../../contexts/ordering/index.js';
import type { MaybePromise } from '../../platform/event-store/event-store.js';
import type { CommandContext } from '../../platform/execution/transaction.js';
import type { Currency } from '../../platform/kernel/money.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { ANSWERS, type Answer, answerWith } from './answers.js';
import {
  type Action,
  chooseLanguage,
  isOrderTooLong,
  type JsonObject,
  type Language,
  parseEmail,
  parseOrder,
  parsePublicId,
  parseReference,
} from './parse.js';
import { refusalAnswer } from './rejections.js';

/** What the actions work with. */
export interface Means {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  /** Where clients reach this server, without a slash at its end. */
  readonly publicUrl: string;
}

/** A request whose partner is known and may work; `data` is an object (empty for action 1 whatever was sent). */
export interface TerminalRequest {
  readonly context: CommandContext;
  readonly partnerId: string;
  readonly apiKeyId: string | null;
  readonly data: JsonObject;
  /** By the order data, query, settings, partner. */
  readonly currency: Currency;
  /** Of `data` and of the query, where action 4 names any: each has to be the reservation's. */
  readonly lockedCurrencies: readonly Currency[];
  readonly language: Language;
}

type Perform = (request: TerminalRequest, means: Means) => MaybePromise<Answer>;

/** Our own uploads are kept as paths; a terminal needs the whole address. */
const addressOf = (image: string | null, publicUrl: string): string | null =>
  image?.startsWith('/') ? `${publicUrl}${image}` : image;

const listProducts: Perform = async ({ partnerId, currency, language }, { queries, publicUrl }) => {
  const products = await queries.execute(new ListTerminalProducts({ partnerId, currency, lang: language }));
  return answerWith(
    '0',
    products.map(({ publicId, name, imageUrl, thumbnailUrl }) => ({
      productId: String(publicId),
      productName: name,
      imageUrl: addressOf(imageUrl, publicUrl),
      thumbnailUrl: addressOf(thumbnailUrl, publicUrl),
    })),
  );
};

const listPackages: Perform = async ({ data, partnerId, currency, language }, { queries }) => {
  const product = parseReference(data.product);
  if (product === null) return ANSWERS['2-2'];
  const productPublicId = parsePublicId(product);
  if (productPublicId === null) return ANSWERS['2-3'];
  const packages = await queries.execute(
    new ListTerminalPackages({ partnerId, productPublicId, currency, lang: language }),
  );
  if (isRejection(packages)) return ANSWERS['2-3'];
  return answerWith(
    '0',
    packages.map(({ publicId, name, price }) => ({
      packageId: String(publicId),
      packageName: name,
      packagePrice: price,
      currency,
    })),
  );
};

const reserveKey: Perform = async ({ context, data, partnerId, apiKeyId, currency }, { commands }) => {
  const reference = parseReference(data.package);
  if (reference === null) return ANSWERS['3-2'];
  const pkg = parsePublicId(reference);
  if (pkg === null) return ANSWERS['3-3'];
  const reserved = await commands.execute(
    new ReserveKey(context, { partnerId, apiKeyId, package: pkg, currency }),
  );
  if (isRejection(reserved)) return refusalAnswer('3', reserved.code);
  return answerWith('0', {
    keyId: reserved.keyNumber,
    keyText: reserved.keyText,
    serialNumber: reserved.serial,
    price: reserved.price,
    currency: reserved.currency,
  });
};

const confirmSale: Perform = async (request, { commands }) => {
  const { context, data, partnerId, apiKeyId, lockedCurrencies, language } = request;
  const keyNumber = parseReference(data.key);
  if (keyNumber === null) return ANSWERS['4-2'];
  const order = parseOrder(data.order);
  if (order === null) return ANSWERS['4-3'];
  if (isOrderTooLong(order)) return ANSWERS['4-4'];
  const email = parseEmail(data.email);
  const sold = await commands.execute(
    new ConfirmSale(context, {
      currencies: lockedCurrencies,
      language: chooseLanguage(data.lang, language),
      ...{ partnerId, apiKeyId, keyNumber, order, email },
    }),
  );
  if (isRejection(sold)) return refusalAnswer('4', sold.code);
  if (!sold.key) return ANSWERS['0'];
  const { text, serial } = sold.key;
  return answerWith('0', { keyId: sold.keyNumber, keyText: text, serialNumber: serial });
};

const cancelReservation: Perform = async ({ context, data, partnerId }, { commands }) => {
  const keyNumber = parseReference(data.key);
  if (keyNumber === null) return ANSWERS['5-2'];
  const cancelled = await commands.execute(new CancelReservation(context, { partnerId, keyNumber }));
  return isRejection(cancelled) ? refusalAnswer('5', cancelled.code) : ANSWERS['0'];
};

const buyKey: Perform = async (request, { commands }) => {
  const { context, data, partnerId, apiKeyId, currency } = request;
  const reference = parseReference(data.package);
  if (reference === null) return ANSWERS['6-2'];
  const order = parseOrder(data.order);
  if (order === null) return ANSWERS['6-3'];
  if (isOrderTooLong(order)) return ANSWERS['6-8'];
  const pkg = parsePublicId(reference);
  if (pkg === null) return ANSWERS['6-4'];
  const email = parseEmail(data.email);
  const language = chooseLanguage(data.lang, request.language);
  const sold = await commands.execute(
    new BuyKey(context, { partnerId, apiKeyId, package: pkg, order, currency, email, language }),
  );
  if (isRejection(sold)) return refusalAnswer('6', sold.code);
  return answerWith(sold.emailAccepted === false ? '6-6' : '0', {
    keyId: sold.keyNumber,
    keyText: sold.keyText,
    serialNumber: sold.serial,
  });
};

/**
 * Whether an action may be the repetition of a sale, which is answered in whichever currency it was made. What turns out to be a
 * new one is refused by the command.
 */
export const mayRepeatSale = (action: Action, data: JsonObject | null): boolean => {
  const order = parseOrder(data?.order);
  const pkg = parseReference(data?.package);
  return (
    action === '6' && order !== null && !isOrderTooLong(order) && pkg !== null && parsePublicId(pkg) !== null
  );
};

/** What each action does, once the request is known to be allowed. Reads `data`'s fields, asks a bus, renders. */
export const PERFORM: Readonly<Record<Action, Perform>> = {
  '1': listProducts,
  '2': listPackages,
  '3': reserveKey,
  '4': confirmSale,
  '5': cancelReservation,
  '6': buyKey,
};

/** The code for `data` that is no JSON object; action 1 takes none. */
export const INVALID_DATA = {
  '1': null,
  '2': ANSWERS['2-1'],
  '3': ANSWERS['3-1'],
  '4': ANSWERS['4-1'],
  '5': ANSWERS['5-1'],
  '6': ANSWERS['6-1'],
} as const satisfies Record<Action, Answer | null>;
