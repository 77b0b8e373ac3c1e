import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.js';
import { LogOutput } from './log-output.js';
import { scrub } from './scrub.js';

export type { Logger } from 'pino';

interface LoggedRequest {
  readonly method?: string;
  readonly url?: string;
}

/** Method and path alone: query strings carry passwords, and a client's address is personal. */
const request = (req: LoggedRequest): object => ({ method: req.method, path: req.url?.split('?', 1)[0] });

const response = (reply: { readonly statusCode?: number }): object => ({ statusCode: reply.statusCode });

/**
 * The process's logger: one JSON object per line, time in ISO 8601, also for Fastify (`loggerInstance`) and, through
 * {@link NestLogger}, for Nest. Requests are logged without their query, and every line passes {@link scrub}.
 * @param destination default: standard output.
 */
export function createLogger(settings: Pick<Settings, 'logLevel'>, destination?: DestinationStream): Logger {
  const logger: Logger = pino(
    {
      level: settings.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { req: request, res: response, err: pino.stdSerializers.err },
      hooks: { streamWrite: scrub },
    },
    destination ?? standardOutput((lines) => logger.warn({ lines }, 'lines of this log were lost')),
  );
  return logger;
}

function standardOutput(onLost: (lines: number) => void): LogOutput {
  const output = new LogOutput({ fd: 1, onLost });
  process.on('exit', () => output.flushSync());
  return output;
}
