import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { type Currency, parseMoney, SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import {
  type AccountIdentity,
  AccountRegistrar,
  type SealedIdentity,
} from '../accounts/account-registrar.js';
import { PartnerDefaults } from '../accounts/partner-defaults.js';
import { invalidField } from '../domain/invalid-field.js';
import { firstInvalid, isSaleCurrency } from '../domain/partner.decider.js';
import { Partner } from '../domain/partner.js';
import type { BillingMode, PartnerEvent, PartnerProfile } from '../events/partner.events.js';
import { DEFAULT_MAX_OPEN_RESERVATIONS } from '../limits.js';
import type { PartnerRecord, PartnerResult } from './partner-result.js';

export interface PartnerToRegister extends AccountIdentity, Partial<Omit<PartnerProfile, 'name'>> {
  readonly name: string;
  /** Default `active`. */
  readonly status?: 'active' | 'inactive';
  /** Default AZN. */
  readonly defaultCurrency?: Currency;
  /** Default {@link PartnerDefaults}. */
  readonly billingMode?: BillingMode;
  /** A decimal amount of the default currency; null: none; absent: {@link PartnerDefaults}. */
  readonly creditLimit?: string | null;
  /** UUID of the account that brought this partner. */
  readonly referrerId?: string | null;
}

/** Registers a partner that may buy everything until its access is set. */
export class RegisterPartner extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partner: PartnerToRegister,
  ) {
    super();
  }
}

@CommandHandler(RegisterPartner)
export class RegisterPartnerHandler implements ICommandHandler<RegisterPartner> {
  constructor(
    private readonly ids: Ids,
    private readonly registrar: AccountRegistrar,
    private readonly defaults: PartnerDefaults,
  ) {}

  async execute({ context, partner }: RegisterPartner): Promise<PartnerResult> {
    const currency = partner.defaultCurrency ?? 'AZN';
    if (!isSaleCurrency(currency)) return invalidField('default_currency');
    const limit = partner.creditLimit === undefined ? this.defaults.creditLimit : partner.creditLimit;
    const parsed = limit === null ? null : parseMoney(limit, currency);
    if (limit !== null && !parsed) return invalidField('credit_limit');
    const creditLimit = parsed?.amountMinor.toString() ?? null;
    const field = firstInvalid({ ...partner, creditLimit });
    if (field) return invalidField(field);

    const billingMode = partner.billingMode ?? this.defaults.billingMode;
    const apiKeyId = this.ids.uuid();
    return this.registrar.register<PartnerRecord>(context, 'partner', partner, {
      events: (sealed) =>
        firstEvents({ ...partner, defaultCurrency: currency, billingMode, creditLimit }, sealed, apiKeyId),
      show: (tx, partnerId) => ({ partnerId, partner: tx.load(Partner, partnerId) }),
    });
  }
}

function firstEvents(
  partner: PartnerToRegister & Required<Pick<PartnerToRegister, 'defaultCurrency' | 'billingMode'>>,
  { planId, publicId, email, phone, password, apiKey }: SealedIdentity,
  apiKeyId: string,
): PartnerEvent[] {
  const registered: PartnerEvent = {
    type: 'PartnerRegistered',
    data: {
      planId,
      publicId,
      login: partner.login,
      name: partner.name,
      logoUrl: partner.logoUrl ?? null,
      supportEmail: partner.supportEmail ?? null,
      managerId: partner.managerId ?? null,
      language: partner.language ?? null,
      referrerId: partner.referrerId ?? null,
      email,
      phone,
      status: partner.status ?? 'active',
      defaultCurrency: partner.defaultCurrency,
      allowedCurrencies: SALE_CURRENCIES,
      billingMode: partner.billingMode,
      creditLimit: partner.creditLimit ?? null,
      revealOn: 'reserve',
      maxOpenReservations: DEFAULT_MAX_OPEN_RESERVATIONS,
    },
  };
  const events: PartnerEvent[] = [registered, { type: 'PartnerPasswordSet', data: password }];
  if (apiKey) {
    events.push({ type: 'PartnerApiKeySet', data: { apiKeyId, ...apiKey, previousValidUntil: null } });
  }
  return events;
}
