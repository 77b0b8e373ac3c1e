import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { Partner } from '../../partners/index.js';
import { RATES_ID, Rates } from '../../pricing/index.js';
import type { Language } from './display-order.js';
import type { Viewer } from './terminal-listings.js';

/** Reads append nothing, so nothing of this is ever recorded. */
const READING: CommandContext = {
  commandId: 'listing',
  correlationId: 'listing',
  actor: { kind: 'system', id: 'catalog' },
  surface: 'listing',
};

/** Reads the folded states that decide what a partner sees. */
@Injectable()
export class ViewerReader {
  constructor(private readonly executor: Executor) {}

  read(request: {
    readonly partnerId: string;
    readonly lang: Language;
    readonly currency: Currency;
  }): Promise<Viewer> {
    const { partnerId, lang, currency } = request;
    return this.executor.run(READING, (tx) => ({
      partnerId,
      lang,
      currency,
      partner: tx.load(Partner, partnerId),
      rates: tx.load(Rates, RATES_ID),
    }));
  }
}
