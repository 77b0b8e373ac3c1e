import { Injectable } from '@nestjs/common';
import type { PartnerState } from '../domain/partner.js';
import { AccountSecrets } from './account-secrets.js';

/** Where a partner itself is written to: at its own address, else at the one that its customers are given. */
@Injectable()
export class PartnerContact {
  constructor(private readonly secrets: AccountSecrets) {}

  /** The address in clear; null if there is none. */
  async addressOf(id: string, { email, supportEmail }: PartnerState): Promise<string | null> {
    return email ? this.secrets.openContact({ kind: 'partner', id }, 'email', email) : supportEmail;
  }
}
