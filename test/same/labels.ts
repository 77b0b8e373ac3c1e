const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Ids that are hashes: base64url of 32 characters or more, standing alone or between colons. */
const TOKEN = /[A-Za-z0-9_-]{20,}/g;
/** Hashes under a secret of the installation. */
const HASH = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g;
/** A hash under a secret, of which read models keep the beginning. */
const HASHED_FIELD = 'lastFour';
/** See `Vault`. */
const SEALED = /^v1\.[^.]+\.[^.]+\.([^.]+)$/;

/**
 * Replaces what differs from run to run by what does not. The id of a stream becomes its category and how many of them
 * were there before it, wherever it is referred to; any other id becomes its number within the stream, answer or document,
 * which is why {@link begin} is called for each; a ciphertext becomes its length.
 */
export class Labels {
  private readonly streams = new Map<string, string>();
  private readonly byId = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private local = new Map<string, string>();

  nameStream(name: string): void {
    const dash = name.indexOf('-');
    const category = name.slice(0, dash);
    const id = name.slice(dash + 1);
    const number = (this.counts.get(category) ?? 0) + 1;
    this.counts.set(category, number);
    const label = `${category}#${String(number).padStart(7, '0')}`;
    this.streams.set(name, label);
    if (/^([0-9a-f-]{36}|[A-Za-z0-9_-]{20,})$/.test(id) && !this.byId.has(id)) this.byId.set(id, label);
  }

  ofStream(name: string): string {
    return this.streams.get(name)!;
  }

  begin(): void {
    this.local = new Map();
  }

  /** Canonical: the fields of objects in the order of their names. */
  text(value: unknown): string {
    return JSON.stringify(this.plain(value));
  }

  private plain(value: unknown): unknown {
    if (typeof value === 'string') return this.label(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null) return value;
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.plain(value.toJSON());
    if (value instanceof Map || value instanceof Set) return this.plain([...value]);
    if (Array.isArray(value)) return value.map((each) => this.plain(each));
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      fields.map(([name, field]) => {
        const isHash = name === HASHED_FIELD && typeof field === 'string';
        return [this.label(name), isHash ? this.ofId(field) : this.plain(field)];
      }),
    );
  }

  private label(text: string): string {
    const sealed = SEALED.exec(text);
    if (sealed) return `sealed ${sealed[1]!.length}`;
    return text
      .replace(TOKEN, (token) => this.byId.get(token) ?? token)
      .replace(UUID, (id) => this.ofId(id))
      .replace(HASH, (hash) => this.ofId(hash));
  }

  private ofId(id: string): string {
    const known = this.byId.get(id) ?? this.local.get(id);
    if (known) return known;
    const label = `id#${this.local.size + 1}`;
    this.local.set(id, label);
    return label;
  }
}
