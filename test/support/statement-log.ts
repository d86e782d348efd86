import type postgres from 'postgres';
import { expect } from 'vitest';
import type { startTestPostgres } from './postgres.ts';

export interface StatementLog {
  /** With which Postgres is to be started. */
  readonly options: Parameters<typeof startTestPostgres>[0];
  /** The statements of one login that were executed since the last call, in order. */
  take(admin: postgres.Sql): Promise<string[]>;
}

/** What Postgres itself says that it executes. */
export function statementLog(login: string): StatementLog {
  let lines: string[] = [];
  let marks = 0;
  const nothing = () => undefined;
  return {
    options: {
      settings: {
        log_statement: 'all',
        // The local stack passes on what looks like trouble, and nothing else.
        log_line_prefix: '- PANIC: %u ',
      },
      log: {
        info: nothing,
        warn: nothing,
        error(fields) {
          if ('line' in fields) lines.push(String(fields.line));
        },
      },
    },
    async take(admin) {
      marks += 1;
      const mark = `'end of part ${marks}'`;
      await admin.unsafe(`select ${mark}`);
      // What was logged before has come when this has.
      await expect.poll(() => lines.some((line) => line.includes(mark))).toBe(true);
      const taken = lines.flatMap((line) => {
        const statement = /^- PANIC: (\S+) LOG: {2}(?:statement|execute [^:]*): (.*)$/.exec(line);
        return statement?.[1] === login ? [statement[2] ?? ''] : [];
      });
      lines = [];
      return taken;
    },
  };
}
