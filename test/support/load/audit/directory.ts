import type { LogEvent } from './log-event.js';

/** What the outside calls things, and what the log calls them. */
export class Directory {
  private readonly logins = new Map<string, string>();
  private readonly partners = new Map<string, string>();
  private readonly packages = new Map<string, string>();

  apply({ type, id, data }: LogEvent): void {
    if (type === 'PartnerRegistered') {
      const { login } = data as { login: string };
      this.logins.set(id, login);
      this.partners.set(login, id);
    }
    if (type === 'PackageCreated') this.packages.set(String((data as { publicId: number }).publicId), id);
  }

  /** Login of a partner's UUID. */
  loginOf(partner: string): string | undefined {
    return this.logins.get(partner);
  }

  partnerOf(login: string): string {
    return this.partners.get(login) ?? '';
  }

  /** UUID of a package's public id. */
  packageOf(publicId: string): string {
    return this.packages.get(publicId) ?? '';
  }
}
