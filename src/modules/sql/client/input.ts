import { z } from 'zod';
import { sqlText } from '../../../upstream/postgres/sql/sql-text.ts';

/** Milliseconds a statement may take when nothing is said, as far as the deployment allows that. */
export const defaultStatementTimeoutMs = 30_000;
/** Rows of a result when nothing is said, as far as the deployment allows that. */
export const defaultMaxRows = 1_000;

// What is inside of them is checked where they are encoded: both go through all of it.
const params = z.array(z.unknown()).max(65_000).nullish();

/** The arguments of the statement fields, with the limits of this deployment. */
export function sqlArguments(limits: { readonly maxRows: number; readonly maxTimeoutMs: number }) {
  const maxRows = unlessGiven(z.int().min(1).max(limits.maxRows), Math.min(defaultMaxRows, limits.maxRows));
  const timeout = unlessGiven(
    z
      .int()
      .min(1, 'must be at least 1 ms')
      .max(limits.maxTimeoutMs, `must be at most ${limits.maxTimeoutMs} ms`),
    Math.min(defaultStatementTimeoutMs, limits.maxTimeoutMs),
  );
  return {
    statement: z.object({ statement: sqlText, params, maxRows, timeout }),
    explain: z.object({ statement: sqlText, params, analyze: z.boolean(), timeout }),
    transaction: z.object({
      statements: z
        .array(z.object({ statement: sqlText, params }))
        .min(1)
        .max(1000),
      isolation: z.enum(isolationLevels),
      maxRows,
      timeout,
    }),
  };
}

/** GraphQL tells what is null from what is left out; here both mean the default. */
function unlessGiven(schema: z.ZodInt, value: number) {
  return schema.nullish().transform((given) => given ?? value);
}

export const isolationLevels = ['READ_COMMITTED', 'REPEATABLE_READ', 'SERIALIZABLE'] as const;

type Arguments = ReturnType<typeof sqlArguments>;
export type StatementArguments = z.input<Arguments['statement']>;
export type ExplainArguments = z.input<Arguments['explain']>;
export type TransactionArguments = z.input<Arguments['transaction']>;
