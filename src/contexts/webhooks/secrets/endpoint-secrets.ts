import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Webhook as Signer } from 'standardwebhooks';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { sealedPlace, Vault } from '../../../platform/security/vault.js';
import type { SealedSecret } from '../events/webhooks.events.js';

const SECRET_BYTES = 32;

const streamOf = (partner: string): string => `webhooks-${partner}`;

/** Makes, seals and opens what endpoints are signed with, and seals what they answer. One data key per partner. */
@Injectable()
export class EndpointSecrets {
  constructor(
    private readonly vault: Vault,
    private readonly ids: Ids,
  ) {}

  /** A new secret, in clear this once. */
  async make(partner: string): Promise<{ readonly clear: string; readonly secret: SealedSecret }> {
    const clear = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const id = this.ids.uuid();
    const place = sealedPlace(streamOf(partner), 'secret', id);
    return { clear, secret: { id, sealed: await this.vault.sealUnder(streamOf(partner), place, clear) } };
  }

  /** One signature for each secret, as the header `webhook-signature` carries them. */
  async sign(
    partner: string,
    secrets: readonly SealedSecret[],
    message: { readonly id: string; readonly timestamp: Date; readonly body: string },
  ): Promise<string> {
    const { id, timestamp, body } = message;
    const signatures = secrets.map(async (secret) => {
      const place = sealedPlace(streamOf(partner), 'secret', secret.id);
      return new Signer(await this.vault.open(secret.sealed, place)).sign(id, timestamp, body);
    });
    return (await Promise.all(signatures)).join(' ');
  }

  sealResponse(partner: string, callback: string, attempt: number, text: string): MaybePromise<string> {
    return this.vault.sealUnder(streamOf(partner), responsePlace(callback, attempt), text);
  }

  openResponse(callback: string, attempt: number, sealed: string): MaybePromise<string> {
    return this.vault.open(sealed, responsePlace(callback, attempt));
  }
}

const responsePlace = (callback: string, attempt: number): string =>
  sealedPlace(`callback-${callback}`, 'response', attempt);
