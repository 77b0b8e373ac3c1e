import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { isAcceptablePassword } from '../../../platform/security/password-hasher.js';
import { holderOf, settlePlan } from '../commands/settle-plan.js';
import { Claim } from '../domain/claim.js';
import { isApiKey, isEmail, isLogin, isPhone } from '../domain/fields.js';
import { invalidField } from '../domain/invalid-field.js';
import type { AccountRef, ClaimedPlan } from '../events/claim.events.js';
import type { SealedContact, SealedPassword } from '../events/sealed.js';
import type { PartnerRejectionCode } from '../rejections.js';
import { AccountSecrets } from './account-secrets.js';

/** Public numbers of partners and staff come from one sequence. */
const SEQUENCE = 'account';

/** What an account identifies itself by. */
export interface AccountIdentity {
  readonly login: string;
  readonly password: string;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly apiKey?: string | null;
}

/** The same, fit for being stored. */
export interface SealedIdentity {
  readonly planId: string;
  readonly publicId: number;
  readonly email: SealedContact | null;
  readonly phone: SealedContact | null;
  readonly password: SealedPassword;
  readonly apiKey: (SealedContact & { readonly changeId: string }) | null;
}

/** What is registered, beside its identity. */
export interface Registration<R> {
  events(sealed: SealedIdentity): ClaimedPlan['events'];
  /** @param id the account's UUID */
  show(tx: Transaction, id: string): R;
}

/** Registers accounts: takes their names, all or none, then writes their first events. */
@Injectable()
export class AccountRegistrar {
  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    private readonly publicIds: PublicIds,
    private readonly secrets: AccountSecrets,
  ) {}

  /**
   * `events` builds the account's first events, `show` makes the answer of the account. The command given again answers the
   * account that it made; one whose registration was refused decides anew.
   */
  async register<R>(
    context: CommandContext,
    kind: AccountRef['kind'],
    identity: AccountIdentity,
    { events, show }: Registration<R>,
  ): Promise<R | Rejection<PartnerRejectionCode>> {
    const refused = checkIdentity(identity);
    if (refused) return refused;
    const loginClaim = this.secrets.claimId('login', identity.login);
    const planId = context.commandId;
    // Shown in the run that made it: a later one may fail where nobody can look, and says then that nothing was stored.
    const shown = (tx: Transaction, made: AccountRef | Rejection<PartnerRejectionCode>) =>
      isRejection(made) ? made : show(tx, made.id);
    const known = await this.executor.run(context, (tx) => {
      const made = earlier(tx, loginClaim, planId);
      return made && shown(tx, made);
    });
    if (known) return known;

    const account: AccountRef = { kind, id: this.ids.uuid() };
    const sealed = await this.seal(account, planId, identity);
    if (isRejection(sealed)) return sealed;
    const { email, phone, apiKey } = identity;
    const claims = [
      loginClaim,
      ...(email ? [this.secrets.claimId('email', email)] : []),
      ...(phone ? [this.secrets.claimId('phone', phone)] : []),
      ...(apiKey ? [this.secrets.claimId('apikey', apiKey)] : []),
    ];
    const plan = { planId, account, claims, events: events(sealed) };
    return this.executor.run(context, (tx) =>
      shown(tx, earlier(tx, loginClaim, planId) ?? settlePlan(tx, plan) ?? account),
    );
  }

  private async seal(
    account: AccountRef,
    planId: string,
    { password, email, phone, apiKey }: AccountIdentity,
  ): Promise<SealedIdentity | Rejection<PartnerRejectionCode>> {
    const passwordId = `${planId}/password`;
    const keyId = `${planId}/api-key`;
    const secret = await this.secrets.sealPassword(account, passwordId, password);
    if (isRejection(secret)) return secret;
    return {
      planId,
      publicId: await this.publicIds.next(SEQUENCE),
      email: email ? await this.secrets.sealContact(account, 'email', email) : null,
      phone: phone ? await this.secrets.sealContact(account, 'phone', phone) : null,
      password: { changeId: passwordId, ...secret, previousValidUntil: null },
      apiKey: apiKey ? { changeId: keyId, ...(await this.secrets.sealApiKey(account, keyId, apiKey)) } : null,
    };
  }
}

/** What the login says about the command: done already, somebody else's, or (null) nothing. */
function earlier(
  tx: Transaction,
  loginClaim: string,
  planId: string,
): AccountRef | Rejection<PartnerRejectionCode> | null {
  const holder = holderOf(tx, loginClaim);
  if (!holder) return null;
  return tx.load(Claim, loginClaim).holder?.planId === planId ? holder : reject('LoginTaken');
}

function checkIdentity(identity: AccountIdentity): Rejection<PartnerRejectionCode> | null {
  const { login, password, email, phone, apiKey } = identity;
  if (!isLogin(login)) return invalidField('login');
  if (email && !isEmail(email)) return invalidField('email');
  if (phone && !isPhone(phone)) return invalidField('phone');
  if (apiKey && !isApiKey(apiKey)) return invalidField('api_key');
  return isAcceptablePassword(password) ? null : reject('PasswordRefused');
}
