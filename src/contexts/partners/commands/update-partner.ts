import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { type Currency, parseMoney } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { AccountSecrets, type PasswordSecret } from '../accounts/account-secrets.js';
import { areIpRanges } from '../accounts/ip-allowlist.js';
import { claimId } from '../domain/claim.js';
import { isApiKey, isEmail } from '../domain/fields.js';
import { type AccountField, invalidField } from '../domain/invalid-field.js';
import {
  changeEmail,
  type PartnerChanges,
  refusal,
  setApiKey,
  setPassword,
  updatePartner,
} from '../domain/partner.decider.js';
import { Partner, type PartnerState } from '../domain/partner.js';
import type { AccountRef } from '../events/claim.events.js';
import type { BalanceAlerts, PartnerEvent } from '../events/partner.events.js';
import type { SealedContact } from '../events/sealed.js';
import { MAX_OVERLAP_HOURS } from '../limits.js';
import type { PartnerRejectionCode } from '../rejections.js';
import type { PartnerResult } from './partner-result.js';
import { refuseTaken, settlePlan } from './settle-plan.js';

const HOUR_MS = 3_600_000;

export interface PartnerUpdate extends Omit<PartnerChanges, 'creditLimit' | 'balanceAlerts'> {
  /** A decimal amount of the default currency; null: none. */
  readonly creditLimit?: string | null;
  /** Decimal amounts by currency, in place of all before; null: none of that currency. */
  readonly balanceAlertBelow?: Readonly<Partial<Record<Currency, string | null>>>;
  readonly password?: string;
  readonly apiKey?: string;
  /** Its own address; null: none any more. */
  readonly email?: string | null;
  /** How long a replaced password or API key stays valid; default 0. */
  readonly overlapHours?: number;
}

/**
 * Changes the named fields of a partner and leaves the others. All or nothing; only where nodes share an engine, a new API
 * key that somebody else takes in that very moment may leave a new e-mail address behind.
 */
export class UpdatePartner extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partnerId: string,
    readonly update: PartnerUpdate,
  ) {
    super();
  }
}

interface Prepared {
  readonly update: PartnerUpdate;
  readonly password: (PasswordSecret & { readonly changeId: string }) | null;
  readonly apiKey: (SealedContact & { readonly changeId: string; readonly apiKeyId: string }) | null;
  readonly email: { readonly changeId: string; readonly email: SealedContact | null } | null;
}

@CommandHandler(UpdatePartner)
export class UpdatePartnerHandler implements ICommandHandler<UpdatePartner> {
  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    private readonly secrets: AccountSecrets,
  ) {}

  async execute({ context, partnerId, update }: UpdatePartner): Promise<PartnerResult> {
    const field = invalidInput(update);
    if (field) return invalidField(field);
    // Sealing makes a data key and costs bcrypt, so nobody unknown gets that far.
    const unknown = await this.executor.run(context, (tx) => refusal(tx.load(Partner, partnerId)));
    if (unknown) return unknown;
    const prepared = await this.prepare({ kind: 'partner', id: partnerId }, context.commandId, update);
    if (isRejection(prepared)) return prepared;
    return this.executor.run(context, (tx) => {
      const refused = change(tx, partnerId, prepared);
      return refused ?? { partnerId, partner: tx.load(Partner, partnerId) };
    });
  }

  private async prepare(
    account: AccountRef,
    commandId: string,
    update: PartnerUpdate,
  ): Promise<Prepared | Rejection<PartnerRejectionCode>> {
    const passwordId = `${commandId}/password`;
    const keyId = `${commandId}/api-key`;
    const { password, apiKey, email } = update;
    const secret =
      password === undefined ? null : await this.secrets.sealPassword(account, passwordId, password);
    if (isRejection(secret)) return secret;
    const sealedKey = apiKey === undefined ? null : await this.secrets.sealApiKey(account, keyId, apiKey);
    return {
      update,
      password: secret && { changeId: passwordId, ...secret },
      apiKey: sealedKey && { changeId: keyId, apiKeyId: this.ids.uuid(), ...sealedKey },
      email: email === undefined ? null : await this.sealEmail(account, `${commandId}/email`, email),
    };
  }

  private async sealEmail(account: AccountRef, changeId: string, email: string | null) {
    const sealed = email === null ? null : await this.secrets.sealContact(account, 'email', email, changeId);
    return { changeId, email: sealed };
  }
}

function invalidInput({ ipAllowlist, apiKey, email, overlapHours = 0 }: PartnerUpdate): AccountField | null {
  if (ipAllowlist && !areIpRanges(ipAllowlist)) return 'ip_allowlist';
  if (apiKey !== undefined && !isApiKey(apiKey)) return 'api_key';
  if (typeof email === 'string' && !isEmail(email)) return 'email';
  return overlapHours >= 0 && overlapHours <= MAX_OVERLAP_HOURS ? null : 'overlap_hours';
}

/** Decides everything before anything is appended; answers what stands in the way. */
function change(
  tx: Transaction,
  partnerId: string,
  { update, password, apiKey, email }: Prepared,
): Rejection<PartnerRejectionCode> | null {
  const state = tx.load(Partner, partnerId);
  const changes = inMinorUnits(update, state);
  if (isRejection(changes)) return changes;
  const fields = updatePartner(state, changes);
  if (isRejection(fields)) return fields;
  const overlapMs = (update.overlapHours ?? 0) * HOUR_MS;
  const previousValidUntil = overlapMs > 0 ? new Date(tx.nowMs + overlapMs).toISOString() : null;
  const passwordSet = password ? setPassword(state, { ...password, previousValidUntil }) : [];
  if (isRejection(passwordSet)) return passwordSet;
  const emailChanged = email ? changeEmail(state, email) : [];
  if (isRejection(emailChanged)) return emailChanged;
  if (email && emailChanged.length > 0) {
    const keyTaken = apiKey && refuseTaken(tx, claimId('apikey', apiKey.hash), partnerRef(partnerId));
    const refused = keyTaken ?? takeEmail(tx, partnerId, email, emailChanged);
    if (refused) return refused;
  }
  if (apiKey) {
    const { hash, sealed, changeId, apiKeyId } = apiKey;
    const keySet = setApiKey(state, { changeId, apiKeyId, hash, sealed, previousValidUntil });
    if (isRejection(keySet)) return keySet;
    const refused = claimApiKey(tx, partnerId, changeId, hash, keySet);
    if (refused) return refused;
  }
  tx.append(Partner, partnerId, [...fields, ...passwordSet]);
  return null;
}

const partnerRef = (id: string): AccountRef => ({ kind: 'partner', id });

/** As the API key; none at all needs no claim. */
function takeEmail(
  tx: Transaction,
  partnerId: string,
  { changeId, email }: NonNullable<Prepared['email']>,
  events: PartnerEvent[],
): Rejection<PartnerRejectionCode> | null {
  if (email) {
    const claims = [claimId('email', email.hash)];
    return settlePlan(tx, { planId: changeId, account: partnerRef(partnerId), claims, events });
  }
  tx.append(Partner, partnerId, events);
  return null;
}

/** The key is claimed first, the claim carrying the event that it is for. */
function claimApiKey(
  tx: Transaction,
  partnerId: string,
  changeId: string,
  hash: string,
  events: PartnerEvent[],
): Rejection<PartnerRejectionCode> | null {
  if (events.length === 0) return null;
  const claims = [claimId('apikey', hash)];
  return settlePlan(tx, { planId: changeId, account: partnerRef(partnerId), claims, events });
}

function inMinorUnits(
  { creditLimit, balanceAlertBelow, ...others }: PartnerUpdate,
  { defaultCurrency }: PartnerState,
): PartnerChanges | Rejection<PartnerRejectionCode> {
  const balanceAlerts = balanceAlertBelow && alertsInMinorUnits(balanceAlertBelow);
  if (balanceAlerts === null) return invalidField('balance_alert_below');
  const update = { ...others, balanceAlerts };
  if (creditLimit === undefined || creditLimit === null) return { ...update, creditLimit };
  const parsed = parseMoney(creditLimit, defaultCurrency);
  if (!parsed) return invalidField('credit_limit');
  return { ...update, creditLimit: parsed.amountMinor.toString() };
}

/** Null when one of them is no amount of its currency. */
function alertsInMinorUnits(below: NonNullable<PartnerUpdate['balanceAlertBelow']>): BalanceAlerts | null {
  const alerts: Partial<Record<Currency, string>> = {};
  for (const [currency, text] of Object.entries(below) as [Currency, string | null | undefined][]) {
    if (text === null || text === undefined) continue;
    const parsed = parseMoney(text, currency);
    if (!parsed) return null;
    alerts[currency] = parsed.amountMinor.toString();
  }
  return alerts;
}
