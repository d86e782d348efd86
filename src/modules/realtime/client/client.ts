import { createTimers } from '../../../lib/timers.ts';
import type { Logger } from '../../../observability/logger.ts';
import type { HttpUpstream } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import type { Viewer } from '../../../viewer/viewer.ts';
import { createCanary } from './canary/canary.ts';
import type { CanaryRow } from './canary/canary-row.ts';
import { checkChanges } from './checks/check-changes.ts';
import type {
  BroadcastMessage,
  BroadcastsSpec,
  ChangeEvent,
  ChangesSpec,
  PresenceSpec,
} from './checks/input.ts';
import type { TableChecks } from './checks/table-checks.ts';
import { changesFeed, changesKey, resync } from './feeds/changes-feed.ts';
import { createChannelShares } from './feeds/channel-shares.ts';
import { follow } from './feeds/follow.ts';
import { createHub } from './feeds/hub.ts';
import { broadcastFeed, presenceFeed, roomKey } from './feeds/room-feeds.ts';
import type { Broadcast, PostgresChange, PresenceUpdate } from './feeds/types.ts';
import { sendBroadcast } from './send-broadcast.ts';
import { realtimeEndpoint } from './socket/endpoint.ts';
import { missingVariable } from './socket/errors.ts';
import { type RealtimeLimits, realtimeLimits } from './socket/limits.ts';
import { createPacer } from './socket/pacer.ts';
import { createSocketPool } from './socket/socket-pool.ts';
import { createTableChanges, type TableChanges } from './tables/table-changes.ts';

export interface RealtimeClientDeps {
  /** Realtime itself or its path behind a Supabase gateway; undefined where there is none. */
  readonly http: HttpUpstream | undefined;
  /** First label of the Host header, by which Realtime finds its tenant; unused behind a gateway. */
  readonly tenant: string;
  /** The anon key as a JWT: sockets open with it, never with a caller's token. */
  readonly anonKey: string | undefined;
  /** The gateway's own service key as a JWT, by which it follows tables for itself; absent: it follows none. */
  readonly serviceKey?: string | undefined;
  /** Who learns of deleted rows, which upstream does not check against row level security. */
  readonly deletes: 'all' | 'service_role';
  readonly log: Logger;
  readonly limits: Pick<RealtimeLimits, 'sockets'> & Partial<RealtimeLimits>;
  /** A row that is changed now and then to see whether changes still come; needs a database and the service key. */
  readonly canary?: CanaryRow | undefined;
  /** What the caller's own privileges show of a table, and what fits it; absent without a database. */
  readonly tableChecks?: TableChecks | undefined;
}

type Events<T> = AsyncIterableIterator<T, undefined>;

interface RealtimeStats {
  readonly sockets: number;
  readonly channels: number;
  readonly feeds: number;
  readonly subscribers: number;
  readonly tables: number;
  readonly timers: number;
  readonly waitingJoins: number;
}

/** Supabase Realtime for many callers over few sockets. */
export interface RealtimeClient {
  /**
   * Row changes the caller may see. Resolves when they flow. Throws BAD_USER_INPUT, FORBIDDEN, UNAUTHENTICATED,
   * RATE_LIMITED, TIMEOUT, UPSTREAM_UNAVAILABLE, NOT_CONFIGURED; later the iterator throws the same.
   */
  changes(spec: ChangesSpec, call: Call): Promise<Events<PostgresChange>>;
  broadcasts(spec: BroadcastsSpec, call: Call): Promise<Events<Broadcast>>;
  presence(spec: PresenceSpec, call: Call): Promise<Events<PresenceUpdate>>;
  sendBroadcast(message: BroadcastMessage, call: Call): Promise<true>;
  /** Word of tables that were written to, for the gateway itself. */
  readonly tables: TableChanges;
  /** True while the canary's row changes do not come back. */
  readonly changesAreDead: boolean;
  /** What is held just now; all zero after the last subscriber and the linger. */
  stats(): RealtimeStats;
}

export function createRealtimeClient(deps: RealtimeClientDeps): RealtimeClient {
  const limits = { ...realtimeLimits, ...deps.limits };
  const timers = createTimers();
  const pacer = createPacer(limits, timers);
  // Without an upstream nothing ever reaches the pool: every method refuses first.
  const endpoint = realtimeEndpoint(deps.http?.baseUrl ?? 'http://localhost', deps.tenant);
  // The anon key as the official client sends it. Callers' tokens only ever travel inside joins.
  const query = new URLSearchParams({ apikey: deps.anonKey ?? '', vsn: '2.0.0' });
  const target = {
    url: `${endpoint.webSocketUrl}?${query}`,
    headers: endpoint.host === undefined ? {} : { host: endpoint.host },
  };
  const pool = createSocketPool({ target, limits, timers, pacer, log: deps.log });
  const makeRoom = () => {
    for (const hub of [changesHub, broadcastHub, presenceHub]) hub.dropIdle();
  };
  const shared = { pool, pacer, timers, limits, shares: createChannelShares(limits), makeRoom };
  const changesHub = createHub<PostgresChange>(shared);
  const broadcastHub = createHub<Broadcast>(shared);
  const presenceHub = createHub<PresenceUpdate>(shared);
  const isConfigured = deps.http !== undefined && deps.anonKey !== undefined;
  const tables = createTableChanges({
    ...shared,
    token: isConfigured ? deps.serviceKey : undefined,
    keep: () => canary?.keep(),
    log: deps.log,
  });
  let tracked = 0;
  const { canary: row } = deps;
  const canary =
    row &&
    createCanary({
      ...row,
      timers,
      log: deps.log,
      touch: () => row.touch(),
      died(times) {
        // Joining anew has not helped: the sockets may be at fault. What helps neither way is tried no further.
        if (times === 2) return pool.reconnectAll();
        changesHub.rejoinAll();
        tables.rejoinAll();
      },
      async follow(signal, changed, ended) {
        await row.prepare();
        const spec = { schema: row.schema, table: row.table };
        const { events } = await changesHub.subscribe({
          key: 'canary',
          define: () => changesFeed('canary', spec, new Set()),
          ticket: { token: row.token, expiresAt: undefined },
          caller: { kind: 'service', key: 'canary' },
          signal,
          expiryIsWatched: true,
          lingerMs: 0,
        });
        readCanary(events, changed)
          .catch((error: unknown) => deps.log.warn({ err: error }, 'the canary has ended'))
          .finally(ended);
      },
    });

  const assertConfigured = () => {
    if (deps.http === undefined) throw missingVariable('REALTIME_URL');
    if (deps.anonKey === undefined) throw missingVariable('SUPABASE_ANON_KEY');
  };

  return {
    async changes(spec, call) {
      assertConfigured();
      const withheldFrom = (viewer: Viewer): ReadonlySet<ChangeEvent> =>
        new Set(deps.deletes === 'all' || viewer.kind === 'service' ? [] : ['DELETE']);
      await checkChanges(spec, call, withheldFrom(call.viewer), deps.tableChecks);
      const key = (viewer: Viewer) => changesKey(viewer.identity, spec);
      const events = await follow(changesHub, call, {
        key,
        define: (viewer) => changesFeed(key(viewer), spec, withheldFrom(viewer)),
        keep: canary?.keep,
      });
      if (spec.resyncOnStart) events.push(resync(spec), 0);
      return events;
    },
    async broadcasts(spec, call) {
      assertConfigured();
      const { event } = spec;
      return follow(broadcastHub, call, {
        key: (viewer) => roomKey(viewer.identity, spec),
        define: () => broadcastFeed(spec),
        ...(event === undefined ? {} : { accepts: (item) => item.type === 'RESYNC' || item.event === event }),
      });
    },
    async presence(spec, call) {
      assertConfigured();
      // An entry belongs to its channel, so whoever is present has one alone.
      if (spec.track !== undefined) tracked += 1;
      const own = spec.track === undefined ? '' : String(tracked);
      return follow(presenceHub, call, {
        key: (viewer) => `${roomKey(viewer.identity, spec)}${spec.key ?? ''}#${own}`,
        define: () => presenceFeed(spec),
        ...(spec.track === undefined ? {} : { lingerMs: 0 }),
      });
    },
    async sendBroadcast(message, call) {
      if (deps.http === undefined) throw missingVariable('REALTIME_URL');
      return sendBroadcast(deps.http, endpoint.host, message, call);
    },
    tables: { follow: tables.follow },
    get changesAreDead() {
      return canary?.dead ?? false;
    },
    stats: () => ({
      sockets: pool.sockets,
      channels: pool.channels,
      feeds: changesHub.feeds + broadcastHub.feeds + presenceHub.feeds,
      subscribers: changesHub.members + broadcastHub.members + presenceHub.members,
      tables: tables.followed,
      timers: timers.active,
      waitingJoins: pacer.waiting,
    }),
  };
}

async function readCanary(events: Events<PostgresChange>, changed: () => void): Promise<void> {
  for await (const { type } of events) if (type !== 'RESYNC') changed();
}
