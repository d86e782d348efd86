import type { PostgresNotice } from '../../../upstream/postgres/connection.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import type { MigrationNotice } from './types.ts';

const mostNotices = 1_000;

/** Collects what Postgres says while `run` runs. */
export async function withNotices(
  session: PostgresSession,
  run: () => Promise<void>,
): Promise<{ notices: MigrationNotice[]; duration: number }> {
  const notices: MigrationNotice[] = [];
  session.noticeListener = (notice) => {
    if (notices.length < mostNotices) notices.push(toNotice(notice));
  };
  // Nobody sees what a migration selects.
  session.messages.rowLimit = 0;
  const started = performance.now();
  try {
    await run();
    return { notices, duration: performance.now() - started };
  } finally {
    session.noticeListener = undefined;
    session.messages.rowLimit = Number.POSITIVE_INFINITY;
  }
}

function toNotice(notice: PostgresNotice): MigrationNotice {
  return {
    severity: notice['severity'] ?? 'NOTICE',
    code: notice['code'] ?? '00000',
    message: notice['message'] ?? '',
    detail: notice['detail'] ?? null,
    hint: notice['hint'] ?? null,
  };
}
