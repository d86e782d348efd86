import { AppError } from '../../../lib/app-error.ts';
import type { Call } from '../../../viewer/call.ts';
import { isServerLoss, sqlState } from '../failure.ts';
import type { PostgresPool } from '../pool.ts';
import type { PostgresSession } from '../session.ts';
import { toDatabaseError } from '../sql/database-error.ts';
import type { CatalogueStatement } from './catalogue-statement.ts';

/** Milliseconds for all that goes out together. */
const timeoutMs = 30_000;

/** Runs one statement of the catalogues. Parameters are already as Postgres writes them. Throws AppErrors alone. */
export type ReadCatalogue = <Row>(
  pool: PostgresPool,
  statement: CatalogueStatement<Row>,
  params: readonly (string | null)[],
  call: Call,
) => Promise<readonly Row[]>;

interface Batch {
  /** Each sends one statement, and settles with its answer. */
  readonly sends: ((session: PostgresSession) => Promise<unknown>)[];
  /** Rejects when the connection or the time was lost, not when a statement of the batch failed. */
  readonly answered: Promise<void>;
}

/**
 * Statements that one operation asks for at the same moment go out together, on one connection: an operation that
 * selects much takes no more of the pool than one that selects little, and waits for one round trip.
 */
export function createCatalogueReader(): ReadCatalogue {
  const waiting = new WeakMap<Call, Batch>();

  function batchOf(pool: PostgresPool, call: Call): Batch {
    const known = waiting.get(call);
    if (known !== undefined) return known;
    const batch: Batch = { sends: [], answered: nextTick().then(() => send()) };
    const send = async (): Promise<void> => {
      waiting.delete(call);
      await pool.withSession({ signal: call.signal, timeoutMs }, async (session) => {
        const answers = await Promise.allSettled(batch.sends.map((each) => each(session)));
        for (const answer of answers) {
          if (answer.status === 'rejected' && endsBatch(answer.reason)) throw answer.reason;
        }
      });
    };
    waiting.set(call, batch);
    return batch;
  }

  return async <Row>(
    pool: PostgresPool,
    { text, keepsPlan }: CatalogueStatement<Row>,
    params: readonly (string | null)[],
    call: Call,
  ): Promise<readonly Row[]> => {
    const batch = batchOf(pool, call);
    const answer = new Promise<readonly Row[]>((resolve, reject) => {
      batch.sends.push(({ sql }) => {
        const rows = sql.query<Row & object>(text, params, keepsPlan);
        rows.then(resolve, reject);
        return rows;
      });
    });
    // What ended the batch speaks first.
    answer.catch(() => undefined);
    try {
      await batch.answered;
      return await answer;
    } catch (error) {
      throw lookedInVain.has(sqlState(error) ?? '') ? droppedMeanwhile(error) : toDatabaseError(error);
    }
  };
}

/**
 * What Postgres answers when a row of a catalogue that the statement sees is of something that is gone: an error
 * without a class of its own, undefined_table, undefined_object.
 */
const lookedInVain = new Set(['XX000', '42P01', '42704']);

export function droppedMeanwhile(cause?: unknown): AppError {
  return new AppError('CONFLICT', 'Something was dropped while it was being read; try again.', {
    details: { retryable: true },
    cause,
  });
}

/** What was asked for. Throws as `droppedMeanwhile` where it was dropped between two statements. */
export function stillThere<T>(item: T | undefined): T {
  if (item === undefined) throw droppedMeanwhile();
  return item;
}

/** DataLoaders that were filled together hand over their keys one after the other in one round of ticks. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function endsBatch(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || state === '57014' || isServerLoss(error);
}
