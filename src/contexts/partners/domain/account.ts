import type { SealedPassword } from '../events/sealed.js';

/** What partners and staff have in common: a login and a password. */
export interface AccountState {
  readonly exists: boolean;
  readonly publicId: number;
  readonly login: string;
  readonly name: string;
  /** The registration that ended in a refusal, if that is all there is. */
  readonly refused: { readonly planId: string; readonly code: string } | null;
  /** Plans and changes of passwords and keys that are done, so that none is done twice. */
  readonly changes: ReadonlySet<string>;
  readonly password: SealedPassword | null;
  readonly previousPassword: (SealedPassword & { readonly validUntil: string }) | null;
  /** Revision of the last change of password or status: tokens of an earlier one are void. */
  readonly credentialEpoch: number;
}

export const NO_ACCOUNT: AccountState = {
  exists: false,
  publicId: 0,
  login: '',
  name: '',
  refused: null,
  changes: new Set(),
  password: null,
  previousPassword: null,
  credentialEpoch: -1,
};

export const withChange = (changes: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set(changes).add(id);

/** The fields that a new password changes. */
export function withPassword(
  state: AccountState,
  set: SealedPassword,
  revision: number,
): Pick<AccountState, 'changes' | 'password' | 'previousPassword' | 'credentialEpoch'> {
  const keepsOld = state.password !== null && set.previousValidUntil !== null;
  return {
    changes: withChange(state.changes, set.changeId),
    password: set,
    previousPassword: keepsOld ? { ...state.password!, validUntil: set.previousValidUntil! } : null,
    credentialEpoch: revision,
  };
}

/** A password that counts at a moment, and until when if it was replaced. */
export interface ValidPassword extends SealedPassword {
  readonly validUntilMs?: number;
}

/** The passwords that are good at `nowMs`, the current one first. */
export function validPasswords(state: AccountState, nowMs: number): readonly ValidPassword[] {
  const valid: ValidPassword[] = state.password ? [state.password] : [];
  if (state.previousPassword) {
    const validUntilMs = Date.parse(state.previousPassword.validUntil);
    if (nowMs < validUntilMs) valid.push({ ...state.previousPassword, validUntilMs });
  }
  return valid;
}
