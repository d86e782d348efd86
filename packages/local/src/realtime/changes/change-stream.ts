import { randomBytes } from 'node:crypto';
import { LogicalReplicationService } from 'pg-logical-replication';
import type { LocalLog } from '../../lib/log.ts';
import { decodePgoutput, type PgoutputMessage, type RelationMessage, type RowMessage } from './pgoutput.ts';

export interface Transaction {
  /** ISO 8601 in UTC, cut to milliseconds, as on Realtime's wire. */
  readonly commitTimestamp: string;
  readonly rows: readonly { readonly row: RowMessage; readonly relation: RelationMessage }[];
}

export interface ChangeStream {
  /** Resolves when the slot is being read, so that every later commit will be seen. */
  ready(): Promise<void>;
  /** Ends the connection and its temporary slot as a crash would; `restart` says whether it comes back by itself. */
  kill(options: { restart: boolean }): Promise<void>;
  close(): Promise<void>;
}

const restartMs = 500;

interface StreamOptions {
  readonly postgresUrl: string;
  readonly publications: readonly string[];
  readonly log: LocalLog;
  /** Called one transaction at a time; the stream is paused until the promise settles. */
  readonly onTransaction: (transaction: Transaction) => Promise<void>;
  /** Called each time a lost stream runs again: what was committed meanwhile is never delivered. */
  readonly onRestart: () => void;
}

/** Reads committed changes from a temporary replication slot; nothing is kept while it is down. */
export function createChangeStream(options: StreamOptions): ChangeStream {
  let wanted = false;
  let service: LogicalReplicationService | undefined;
  let started: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function start(): Promise<void> {
    const current = new LogicalReplicationService(
      { connectionString: options.postgresUrl, application_name: 'bunbun realtime' },
      { flowControl: { enabled: true } },
    );
    service = current;
    let fail: (error: unknown) => void = () => undefined;
    const running = new Promise<void>((resolve, reject) => {
      current.once('start', () => resolve());
      fail = (error) => {
        reject(error);
        lost(current, error);
      };
    });
    current.on('error', fail);
    current.on('heartbeat', (lsn, _time, shouldRespond) => {
      // A server that shuts down waits for this answer.
      if (shouldRespond) void current.acknowledge(lsn);
    });
    const assemble = createAssembler();
    current.on('data', async (_lsn: string, message: PgoutputMessage) => {
      const transaction = assemble(message);
      if (transaction !== undefined && service === current) {
        await options.onTransaction(transaction).catch((error: unknown) => {
          options.log.error({ err: error }, 'a transaction could not be delivered');
        });
      }
    });
    const slot = `bunbun_realtime_${randomBytes(6).toString('hex')}`;
    current
      .subscribe(temporarySlotPlugin(options.publications), slot)
      .then(() => fail(new Error('the replication stream ended')), fail);
    await running;
  }

  function lost(which: LogicalReplicationService, error: unknown): void {
    if (service !== which) return;
    service = undefined;
    started = undefined;
    void which.destroy().catch(() => undefined);
    if (!wanted) return;
    options.log.warn({ err: error }, 'the change stream was lost');
    scheduleRestart();
  }

  function scheduleRestart(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!wanted || started !== undefined) return;
      started = start();
      started.then(options.onRestart, () => undefined);
    }, restartMs);
    timer.unref();
  }

  async function stop(): Promise<void> {
    clearTimeout(timer);
    const current = service;
    service = undefined;
    started = undefined;
    await current?.destroy().catch(() => undefined);
  }

  return {
    ready() {
      wanted = true;
      started ??= start();
      return started;
    },
    async kill({ restart }) {
      wanted = restart;
      await stop();
      if (restart) scheduleRestart();
    },
    async close() {
      wanted = false;
      await stop();
    },
  };
}

interface ReplicationClient {
  query(text: string): Promise<unknown>;
}

/** Makes the slot on the replication connection itself: a temporary slot ends with it. */
function temporarySlotPlugin(publications: readonly string[]) {
  return {
    options: {},
    name: 'pgoutput',
    parse: decodePgoutput,
    async start(client: ReplicationClient, slot: string): Promise<unknown> {
      await client.query(`CREATE_REPLICATION_SLOT "${slot}" TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`);
      return client.query(
        `START_REPLICATION SLOT "${slot}" LOGICAL 0/0 (proto_version '1', publication_names '${publications.join(',')}')`,
      );
    },
  };
}

function createAssembler(): (message: PgoutputMessage) => Transaction | undefined {
  const relations = new Map<number, RelationMessage>();
  let commitTimestamp = '';
  let rows: { row: RowMessage; relation: RelationMessage }[] = [];
  return (message) => {
    switch (message.kind) {
      case 'begin':
        commitTimestamp = new Date(Number(message.commitMicros / 1000n)).toISOString();
        rows = [];
        return undefined;
      case 'relation':
        relations.set(message.oid, message);
        return undefined;
      case 'row': {
        const relation = relations.get(message.relation);
        if (relation !== undefined) rows.push({ row: message, relation });
        return undefined;
      }
      case 'commit':
        return rows.length === 0 ? undefined : { commitTimestamp, rows };
      default:
        return undefined;
    }
  };
}
