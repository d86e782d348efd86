import type { PostgresSession, PostgresSql } from '../pools.ts';
import { type EncodedParam, encodeParams, needsTypes } from './params.ts';

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
 * Ends whatever transaction is open and takes back what neither its end nor a rollback does: prepared statements,
 * session advisory locks, cursors WITH HOLD, settings, sequences, temporary tables.
 */
export function resetSteps(transactionPooler: boolean): readonly string[] {
  // Behind a pooler the next message may go to another backend. This one is ours until the end of the message.
  return transactionPooler
    ? [
        'rollback; begin; set session authorization default; reset role; reset all; deallocate all; close all; ' +
          'unlisten *; select pg_catalog.pg_advisory_unlock_all(); discard temp; discard sequences; commit',
      ]
    : ['rollback', 'discard all'];
}

/** Ends the transaction and resets the session; one whose reset fails is destroyed. Never rejects. */
export async function resetSession(session: PostgresSession, transactionPooler: boolean): Promise<void> {
  if (!(await sendSteps(session, resetSteps(transactionPooler)))) session.destroy();
}

/** Sends all steps at once; false when one of them failed. Never rejects. */
export function sendSteps(session: PostgresSession, steps: readonly string[]): Promise<boolean> {
  return Promise.all(steps.map((step) => session.sql.unsafe(step).execute())).then(
    () => true,
    () => false,
  );
}
