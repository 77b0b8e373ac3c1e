/** One call of the terminals' API that changes something. */
export type TerminalCall =
  | { readonly action: 3; readonly package: string }
  | { readonly action: 4; readonly key: string; readonly order: string }
  | { readonly action: 5; readonly key: string }
  | { readonly action: 6; readonly package: string; readonly order: string };

export interface TerminalAnswer {
  readonly code: string;
  readonly message: string;
  readonly data?: {
    readonly keyId?: string;
    readonly keyText?: string;
    readonly serialNumber?: string | null;
    readonly price?: string;
    readonly currency?: string;
  };
}

/** A call and what came of it. */
export interface Exchange {
  /** Login. */
  readonly partner: string;
  readonly call: TerminalCall;
  /** What the caller was trying to provoke. */
  readonly scenario: string;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
  /** Null: in doubt, as no complete answer came. */
  readonly answer: TerminalAnswer | null;
}

export interface TopUp {
  readonly partner: string;
  readonly reference: string;
  readonly amountMinor: bigint;
  /** Whether the server said that it was done, at least once. */
  readonly acknowledged: boolean;
}

export interface Intake {
  readonly serials: readonly string[];
  readonly endedAtMs: number;
  readonly acknowledged: boolean;
}

/** What one server said it would sell, when nothing else went on. */
export interface Listing {
  readonly partner: string;
  /** Public ids of the packages that it listed. */
  readonly packages: readonly string[];
  readonly atMs: number;
}

/**
 * Everything that the clients were told, kept by them: the other half of the audit. It is a plain list in the memory
 * of the process that runs the clients, which nobody kills.
 */
export class Journal {
  readonly exchanges: Exchange[] = [];
  readonly topUps: TopUp[] = [];
  readonly intakes: Intake[] = [];
  readonly listings: Listing[] = [];
  /** Answers that no terminal can use: another status than 200, no JSON, or an undocumented shape. */
  readonly malformed: string[] = [];

  /** How much is in it, to go back to. */
  mark(): JournalMark {
    const { exchanges, topUps, intakes } = this;
    return { exchanges: exchanges.length, topUps: topUps.length, intakes: intakes.length };
  }

  /** Whatever was noted since may have been lost, as if no answer had come. */
  doubtSince(mark: JournalMark): void {
    const { exchanges, topUps, intakes } = this;
    const doubt = <T>(list: T[], from: number, doubted: Partial<T>): void => {
      for (let index = from; index < list.length; index += 1) list[index] = { ...list[index]!, ...doubted };
    };
    doubt<Exchange>(exchanges, mark.exchanges, { answer: null });
    doubt<TopUp>(topUps, mark.topUps, { acknowledged: false });
    doubt<Intake>(intakes, mark.intakes, { acknowledged: false });
  }
}

export interface JournalMark {
  readonly exchanges: number;
  readonly topUps: number;
  readonly intakes: number;
}

const isDefinite = (code: string): boolean => !['0-99', '0-13', '3-5', '4-6', '5-4', '6-9'].includes(code);

/** Whether an answer settles what became of the call: done, or refused for a reason of the call's own. */
export const isSettled = (answer: TerminalAnswer | null): answer is TerminalAnswer =>
  answer !== null && isDefinite(answer.code);
