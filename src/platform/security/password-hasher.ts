import { createHash, randomUUID } from 'node:crypto';
import { compare, hash } from 'bcrypt';
import { isRejection, type Rejection, reject } from '../kernel/rejection.js';
import { BCRYPT_COST, BCRYPT_IN_FLIGHT, BCRYPT_WAITING, MAX_PASSWORD_BYTES } from './limits.js';

/** Whether a password may be set at all. bcrypt would silently ignore what follows a NUL or 72 bytes. */
export const isAcceptablePassword = (password: string): boolean =>
  password.length > 0 && !password.includes('\0') && Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;

/** What is kept of a password: its own hash, and that of its MD5 in lower-case hex for callers that only have that. */
export interface PasswordHashes {
  readonly plain: string;
  readonly md5: string;
}

type Busy = Rejection<'RateLimited'>;

/** bcrypt, at most {@link BCRYPT_IN_FLIGHT} at a time in this process, in order of arrival. */
export class PasswordHasher {
  private inFlight = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string | Busy> | null = null;

  constructor(
    private readonly cost: number = BCRYPT_COST,
    private readonly maxWaiting: number = BCRYPT_WAITING,
  ) {}

  /** Checks under way and waiting. */
  get load(): number {
    return this.inFlight + this.waiting.length;
  }

  /** `password` must be {@link isAcceptablePassword}. */
  async hashes(password: string): Promise<PasswordHashes | Busy> {
    if (!isAcceptablePassword(password)) throw new RangeError('not an acceptable password');
    const md5Hex = createHash('md5').update(password).digest('hex');
    const [plain, md5] = await Promise.all([this.hash(password), this.hash(md5Hex)]);
    if (isRejection(plain)) return plain;
    return isRejection(md5) ? md5 : { plain, md5 };
  }

  async matches(password: string, hashed: string): Promise<boolean | Busy> {
    if (!isAcceptablePassword(password)) return false;
    return this.queued(() => compare(password, hashed));
  }

  /** Takes as long as {@link matches} and is always false: for logins that nobody has. */
  async matchesNobody(password: string): Promise<false | Busy> {
    this.decoy ??= this.hash(randomUUID());
    const decoy = await this.decoy;
    if (isRejection(decoy)) {
      this.decoy = null;
      return decoy;
    }
    const outcome = await this.matches(password, decoy);
    return isRejection(outcome) ? outcome : false;
  }

  private async hash(text: string): Promise<string | Busy> {
    return this.queued(() => hash(text, this.cost));
  }

  private async queued<T>(work: () => Promise<T>): Promise<T | Busy> {
    if (this.inFlight >= BCRYPT_IN_FLIGHT) {
      if (this.waiting.length >= this.maxWaiting) return reject('RateLimited');
      // Whoever finishes hands its place over, so that nobody can slip in between.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.inFlight += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.inFlight -= 1;
    }
  }
}
