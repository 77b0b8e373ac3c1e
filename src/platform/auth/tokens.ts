import { createSecretKey, randomBytes } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import type { Clock } from '../kernel/clock.js';
import type { MasterKey } from '../security/master-key.js';
import type { LoginAccount, Role } from './account-source.js';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
export const REFRESH_TOKEN_DAYS = 30;
const REFRESH_SECRET_BYTES = 32;
const MAX_TOKEN_LENGTH = 4096;
/** Clocks of processes differ by less. */
const CLOCKS_DIFFER_SECONDS = 60;

/** Who an access token speaks for. */
export interface Principal extends LoginAccount {
  readonly publicId: number;
  readonly login: string;
  readonly role: Role;
  /** UUID of the login's session. */
  readonly sessionId: string;
  readonly credentialEpoch: number;
}

interface Claims {
  readonly sub: string;
  readonly kind: LoginAccount['kind'];
  readonly pid: number;
  readonly login: string;
  readonly role: Role;
  readonly sid: string;
  readonly epoch: number;
  readonly iat: number;
}

/** A refresh token taken apart. */
export interface RefreshToken {
  readonly sessionId: string;
  /** Its number in the session, from 0. */
  readonly generation: number;
  readonly secret: string;
}

const REFRESH = /^([0-9a-f-]{36})\.(\d{1,7})\.([\w-]{43})$/;

/** Signs and reads access tokens (HS256 under the master key's `jwt` key) and makes refresh tokens. */
export class Tokens {
  private readonly jwt: JwtService;

  constructor(
    master: MasterKey,
    private readonly clock: Clock,
  ) {
    // A KeyObject: jsonwebtoken turns a text or a buffer into one on every call, at fifty times the cost.
    const secret = createSecretKey(master.derive('jwt'));
    this.jwt = new JwtService({ secret, signOptions: { algorithm: 'HS256' } });
  }

  signAccess(principal: Principal): string {
    const { id, kind, publicId, login, role, sessionId, credentialEpoch } = principal;
    const iat = Math.floor(this.clock.now() / 1000);
    const claims: Omit<Claims, 'iat'> = {
      sub: id,
      kind,
      pid: publicId,
      login,
      role,
      sid: sessionId,
      epoch: credentialEpoch,
    };
    return this.jwt.sign({ ...claims, iat, exp: iat + ACCESS_TOKEN_SECONDS });
  }

  /** What a token says, or null when it was not signed here or is over. Nobody is looked up. */
  readAccess(token: string): Principal | null {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    try {
      const clockTimestamp = Math.floor(this.clock.now() / 1000);
      const claims = this.jwt.verify<Claims>(token, { algorithms: ['HS256'], clockTimestamp });
      // By a clock that was ahead: it would be good for as much longer, and outlive the record of its session's end.
      if (claims.iat > clockTimestamp + CLOCKS_DIFFER_SECONDS) return null;
      const { sub, kind, pid, login, role, sid, epoch } = claims;
      return { id: sub, kind, publicId: pid, login, role, sessionId: sid, credentialEpoch: epoch };
    } catch {
      return null;
    }
  }

  newRefreshSecret(): string {
    return randomBytes(REFRESH_SECRET_BYTES).toString('base64url');
  }

  writeRefresh({ sessionId, generation, secret }: RefreshToken): string {
    return `${sessionId}.${generation}.${secret}`;
  }

  readRefresh(text: string): RefreshToken | null {
    const match = REFRESH.exec(text);
    return match && { sessionId: match[1]!, generation: Number(match[2]), secret: match[3]! };
  }
}
