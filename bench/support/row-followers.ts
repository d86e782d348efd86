import type { Sql } from 'postgres';
import { type ChildServer, cpuSeconds } from './child-server.ts';
import { openSubscribers, type Subscribers, settled } from './subscribers.ts';

/** Sockets that follow the rows of one table. */
export interface RowFollowers {
  /** Seconds of the gateway's CPU, and of time, for the rows of so many statements to reach all. */
  deliver(statements: number): Promise<{ readonly cpu: number; readonly seconds: number }>;
  close(): Promise<void>;
}

/** Rows that one statement inserts. */
export const rowsPerStatement = 100;

interface Following {
  readonly server: ChildServer;
  readonly table: string;
  readonly count: number;
  /** Each by an operation of its own; else all share one. */
  readonly alone: boolean;
}

/** Subscribes to the rows of a table; what flows before all do is missed. */
export function followRows({ server, table, count, alone }: Following): Promise<Subscribers> {
  return openSubscribers({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    count,
    query: (n) =>
      `subscription { ${alone ? `n${n}: ` : ''}postgresChanges(table: "${table}") { type record } }`,
  });
}

/** Resolves when rows have reached all: subscriptions are running, code is warm. */
export async function openRowFollowers(following: Following, sql: Sql): Promise<RowFollowers> {
  const { server, table, count } = following;
  const subscribers = await followRows(following);
  const deliveries = rowsPerStatement * count;
  const insert = () => sql`
    insert into ${sql(table)} (title, done, owner)
    select 'a title of ordinary length', false, '11111111-1111-1111-1111-111111111111'
    from generate_series(1, ${rowsPerStatement}::int)`;

  for (let received = 0; received < deliveries; ) {
    const already = subscribers.received;
    await insert();
    await settled(() => subscribers.received, already);
    received = subscribers.received - already;
  }
  return {
    async deliver(statements) {
      const began = cpuSeconds(server.pid);
      let milliseconds = 0;
      for (let n = 0; n < statements; n += 1) {
        const finished = subscribers.until(subscribers.received + deliveries);
        await insert();
        const { first, last } = await finished;
        milliseconds += last - first;
      }
      return { cpu: cpuSeconds(server.pid) - began, seconds: milliseconds / 1000 };
    },
    close: () => subscribers.close(),
  };
}
