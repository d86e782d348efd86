import type postgres from 'postgres';

export interface HeldTable extends AsyncDisposable {
  /** Statements of anybody that wait for a lock, of whatever kind. */
  waiting(): Promise<number>;
  release(): Promise<void>;
}

/** Lets nobody write to a table. It takes one connection of `admin`, and asks on another. */
export async function holdTable(admin: postgres.Sql, table: string): Promise<HeldTable> {
  const holder = await admin.reserve();
  await holder`begin`;
  await holder`lock table ${holder(table)} in exclusive mode`;
  let held = true;
  const release = async (): Promise<void> => {
    if (!held) return;
    held = false;
    await holder`rollback`;
    holder.release();
  };
  return {
    waiting: async () => (await admin`select from pg_stat_activity where wait_event_type = 'Lock'`).length,
    release,
    [Symbol.asyncDispose]: release,
  };
}
