import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';
import { redactFields } from './redaction.ts';
import { serializeError } from './serialize-error.ts';

/** What the gateway needs of a logger; pino fits it. Fields come first, the message is constant text. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): Logger;
}

export interface LoggerOptions {
  /** `debug`, `info`, `warn`, `error` or `silent`. */
  level: string;
  /** Where the lines go. @default standard output, written in the background and at the exit */
  to?: DestinationStream;
}

/** One JSON object a line. Secrets are taken out by name and by shape; of errors only what serializeError gives. */
export function createLogger(options: LoggerOptions): Logger {
  const to = options.to ?? destination({ dest: 1, sync: false, minLength: 4_096, periodicFlush: 200 });
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: serializeError, error: serializeError },
      formatters: { level: (label) => ({ level: label }), log: redactFields },
    },
    to,
  );
  return wrap(root);
}

/** pino does not send the fields of a child through its formatters. */
function wrap(inner: PinoLogger): Logger {
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    child: (fields) => wrap(inner.child(redactFields(fields))),
  };
}
