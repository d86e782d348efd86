import { Stream } from 'node:stream';
import { AppError } from '../../lib/app-error.ts';
import type { PostgresSession, PostgresSql } from '../../upstream/postgres.ts';
import type { WireResult } from './rows.ts';
import { type EncodedParam, encodeParams, needsTypes } from './sql-params.ts';

/** Milliseconds: Postgres' own limit comes a little later than ours, so that ours is the one that speaks. */
export const serverGraceMs = 2_000;

/** The extended protocol takes one statement only, whatever a parser may think of the text. */
const extended = { prepare: false, simple: false };

/**
 * One statement with its parameters, ready to be sent. The driver would ask for the types of parameters first, a
 * round trip; given them already encoded it sends everything at once and lets the server infer.
 */
export function boundStatement(sql: PostgresSql, text: string, params: readonly EncodedParam[]) {
  return Object.assign(sql.unsafe(text, [], extended), { parameters: [...params] });
}

/** Encodes parameters; where arrays are among them it asks the server for their types first. */
export async function encodeFor(
  sql: PostgresSql,
  text: string,
  params: readonly unknown[],
): Promise<EncodedParam[]> {
  if (!needsTypes(params)) return encodeParams(params);
  const { types } = await sql.unsafe(text, [], extended).describe();
  return encodeParams(params, types);
}

/**
 * Ends whatever transaction is open and takes back what a rollback leaves: prepared statements, session advisory
 * locks, cursors WITH HOLD, settings, sequences, temporary tables.
 */
export function resetSteps(transactionPooler: boolean): readonly string[] {
  // Behind a pooler the next transaction may have another backend: everything happens inside this one.
  return transactionPooler
    ? [
        'rollback and chain',
        'deallocate all; close all; select pg_catalog.pg_advisory_unlock_all(); rollback',
      ]
    : ['rollback', 'discard all'];
}

/** Sends the steps without waiting; a session whose reset fails is destroyed. */
export function startReset(session: PostgresSession, transactionPooler: boolean): Promise<void> {
  const steps = resetSteps(transactionPooler).map((step) => session.sql.unsafe(step).execute());
  return Promise.all(steps).then(
    () => undefined,
    () => session.destroy(),
  );
}

export interface RowLimits {
  readonly maxRows: number;
  /** Bytes of one result, more or less. */
  readonly maxBytes: number;
}

/**
 * Runs a statement to its end and keeps the rows that fit: what a statement does must not depend on how many of
 * its rows somebody wants to see. A single row over the limit in bytes destroys the session.
 */
export async function runWhole(
  session: PostgresSession,
  text: string,
  params: readonly EncodedParam[],
  limits: RowLimits,
): Promise<WireResult> {
  const values: unknown[][] = [];
  let truncated = false;
  limitBytes(session, limits.maxBytes * 2);
  try {
    const result = await boundStatement(session.sql, text, params)
      .values()
      .forEach((row: unknown[]) => {
        if (values.length < limits.maxRows && session.receivedBytes <= limits.maxBytes) {
          values.push(row);
        } else {
          truncated = true;
          session.receivedBytes = limits.maxBytes;
        }
      });
    refuseStream(result, session);
    const { columns = [], command = '', count } = result;
    return { columns, values, truncated, command, rowCount: count ?? values.length };
  } catch (error) {
    throw session.overflowed ? tooLarge(limits.maxBytes) : error;
  } finally {
    unlimitBytes(session);
  }
}

/** The driver answers COPY with a stream; the connection is then of no more use. */
function refuseStream(result: unknown, session: PostgresSession): void {
  if (!(result instanceof Stream)) return;
  result.on('error', () => undefined);
  session.destroy();
  throw new AppError('BAD_SQL', 'COPY from STDIN or to STDOUT has no place to stream to here.');
}

/** Bounds what the server may send from here on; the session is destroyed when it sends more. */
export function limitBytes(session: PostgresSession, bytes: number): void {
  session.receivedBytes = 0;
  session.receiveLimit = bytes;
}

export function unlimitBytes(session: PostgresSession): void {
  session.receiveLimit = Number.POSITIVE_INFINITY;
}

/** What a call gets whose result was over the limit in bytes. */
export function tooLarge(limit: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', 'The result is larger than this gateway hands out.', {
    details: { limit, unit: 'bytes' },
  });
}
