/** What Redis repeats of a command that it refuses: of one that lets in, that is the password. */
const REPEATED = /,? with args beginning with:.*/s;

/**
 * Why a question to Redis failed, fit for a log. The driver's error itself is not: it holds the refused command with all that was
 * sent in it. Errors of a connection to several addresses have no message of their own.
 */
export function redisReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(REPEATED, '') || ((error as NodeJS.ErrnoException).code ?? error.name);
}
