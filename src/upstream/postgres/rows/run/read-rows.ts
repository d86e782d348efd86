import type { CompiledQuery } from '../compile/query.ts';
import { withinBytes } from './byte-limit.ts';
import { cleanSession, rollback } from './clean-session.ts';
import type { RowsAnswer, RowsCaller } from './rows-caller.ts';
import type { RowsSession } from './rows-pools.ts';
import { type FirstFailure, frame, type StatementOptions, sendPlaced, statementSteps } from './rows-steps.ts';
import { type SettingsOptions, settingsStep } from './settings.ts';

export interface ReadRowsOptions
  extends Omit<SettingsOptions, 'readOnly'>,
    Pick<StatementOptions, 'preRequest'> {
  readonly maxBytes: number;
  /** Whether a pooler lends a backend for one transaction only: then nothing holds that the connection was opened with. */
  readonly pooled: boolean;
}

/** All statements in one read-only snapshot, in one write. */
export async function readRows(
  session: RowsSession,
  caller: RowsCaller,
  statements: readonly CompiledQuery[],
  options: ReadRowsOptions,
  first: FirstFailure,
): Promise<readonly RowsAnswer[]> {
  const { maxBytes, pooled, preRequest } = options;
  const leavesTraces = preRequest !== undefined || statements.some((statement) => statement.leavesTraces);
  const settings = settingsStep(caller, { ...options, readOnly: true });
  const placed = statements.flatMap((statement, index) =>
    statementSteps(caller, statement, index, {
      settings,
      preRequest,
      afterTraces: leavesTraces && index > 0,
    }),
  );
  const sending = pooled ? [beginReading, ...placed, frame('commit')] : placed;
  let cleaned: Promise<void> | undefined;
  try {
    const { answers } = await withinBytes(session, maxBytes, async () => {
      const sent = sendPlaced(session, sending, first);
      if (leavesTraces) cleaned = cleanSession(session, pooled);
      return await sent;
    });
    return answers;
  } catch (error) {
    if (pooled && !leavesTraces) await rollback(session);
    throw error;
  } finally {
    await cleaned;
  }
}

const beginReading = frame('begin isolation level repeatable read read only');
