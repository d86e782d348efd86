import type { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import { parsePostgresUrl } from '../../lib/postgres-url.ts';
import type { Host } from '../../module/host.ts';
import type { Started } from '../../module/module.ts';
import type { PostgresPools } from '../../upstream/postgres/pools.ts';
import { serviceRole } from '../../upstream/postgres/rows/run/rows-caller.ts';
import { createRowsRunner, type RowsRunner } from '../../upstream/postgres/rows/run/rows-runner.ts';
import { databaseRole } from '../../viewer/database-role.ts';
import { checkRowsLogin } from './check-login.ts';
import { createRowsClient } from './client/client.ts';
import { databaseSource } from './client/database-source.ts';
import { createEmptyListHints } from './client/empty-list-hints.ts';
import { createExplain } from './client/explainer.ts';
import { createLiveRows } from './client/live/live-rows.ts';
import { watchState } from './client/state-watch.ts';
import { visibleNames } from './client/visible-names.ts';
import { diagnoseRows } from './diagnose-rows.ts';
import type { RowsService } from './rows-service.ts';
import { createDbResolvers } from './schema/db-resolvers.ts';
import { createOperationsOfRoles } from './schema/operations-of-roles.ts';
import { createViewerSchemas } from './schema/viewer-schemas.ts';
import type { rowsVariables } from './variables.ts';

/** What there is where rows are shown: connections with the login `url`, read and followed as those who ask. */
export function startRows(
  {
    config,
    shared,
    schema,
    schemaChanges,
    lifecycle,
    ports,
    log: gatewayLog,
  }: Host<typeof rowsVariables, 'tableChanges'>,
  url: string,
  pools: PostgresPools,
): Started<RowsService> {
  const { database, viewer } = shared;
  const log = gatewayLog.child({ module: 'rows' });
  const maxRows = config.ROWS_MAX;
  const runner = createRowsRunner({
    url,
    serviceUrl: database.rowsServiceUrl,
    pooler: database.pooler,
    sslMode: database.sslmode,
    ca: database.ca,
    max: config.ROWS_POOL_SIZE,
    acquireTimeoutMs: database.poolWaitMs,
    environment: () => watch.current ?? { searchPath: [], roleSettings: new Map(), preRequest: undefined },
    log,
  });
  const callerRoles = ['anon', 'authenticated', ...viewer.extraAuthenticatedRoles];
  const remark = (text: string): void => {
    log.warn({ remark: text }, 'something of the database is not here as it is there');
  };
  const viewerSchemas = createViewerSchemas({
    everybodys: schema,
    resolvers: createDbResolvers(maxRows),
    remark,
  });
  const source = databaseSource({
    pool: pools.general,
    login: parsePostgresUrl(url).address?.user ?? '',
    schemas: config.ROWS_SCHEMAS,
    roles: [...callerRoles, serviceRole],
  });
  const watch = watchState({
    source,
    prepare: ({ model, grants }) => viewerSchemas.prepare(model, grants.values()),
    onRead: ({ model }) => {
      const said = new Set(watch.current?.model.remarks);
      for (const text of model.remarks.filter((each) => !said.has(each))) remark(text);
      // They read on when this is current.
      live.outdated();
    },
    log,
  });
  const state = () => watch.current;
  const reads = {
    runner,
    state,
    limits: { maxRows, timeoutMs: config.ROWS_TIMEOUT, maxBytes: config.ROWS_MAX_ANSWER },
  };
  const live = createLiveRows({
    ...reads,
    pools,
    tableChanges: ports.tableChanges,
    recheck: watch.recheck,
    connections: config.ROWS_POOL_SIZE,
    log,
  });
  lifecycle.add('rows', () => runner.close(5_000));
  const explain = createExplain({ pool: pools.general, runner, state, timeoutMs: config.ROWS_TIMEOUT });
  const hints = shared.mode === 'dev' ? createEmptyListHints(explain, log) : undefined;
  if (hints) lifecycle.add('hints of rows', hints.close);
  const reading = createRowsClient({ ...reads, recheck: watch.recheck });
  const client: RowsService = {
    ...reading,
    follow: live.follow,
    ...(hints ? { read: hints.around(reading.read) } : {}),
    ...createOperationsOfRoles({
      limits: shared.graphql,
      roles: callerRoles,
      headerNames: config.ROWS_REQUEST_HEADERS,
      async schemaOf(role) {
        await watch.reconsider();
        if (role !== serviceRole && !callerRoles.includes(role)) throw noSuchRole(callerRoles);
        const { model, grants } = visibleNames(watch.current, role);
        return viewerSchemas.schemaOfOthers(model, grants);
      },
      read: reading.read,
      explain,
    }),
  };
  return {
    client,
    requestHeaders: config.ROWS_REQUEST_HEADERS,
    schemaFor(caller, base) {
      const grants = watch.current?.grants.get(databaseRole(caller));
      if (watch.current === undefined || grants === undefined) return base;
      return viewerSchemas.schemaOf(base, watch.current.model, grants);
    },
    reconsiderSchema: (query) => (mentionsDb(query) ? watch.reconsider() : undefined),
    onSchemaChange: () => void watch.changed(),
    async check() {
      schemaChanges.follow();
      await Promise.all([checkRowsLogin(runner, callerRoles, log), watch.refresh()]);
    },
    diagnose: () => diagnoseRows({ runner, source, callerRoles }),
    stats: () => ({ ...poolStats(runner), ...live.stats() }),
    async close() {
      watch.close();
      await live.close();
    },
  };
}

/** Connections and who waits for one, by pool. */
function poolStats(runner: RowsRunner): Record<string, number> {
  return Object.fromEntries(
    Object.entries(runner.stats()).flatMap(([pool, stats]) =>
      stats === undefined
        ? []
        : (['idle', 'busy', 'waiting'] as const).map((what) => [`${pool}_${what}`, stats[what]]),
    ),
  );
}

function noSuchRole(callerRoles: readonly string[]): AppError {
  return badInput(['role'], `role must be one that callers have: ${callerRoles.join(', ')}, ${serviceRole}.`);
}

function mentionsDb(query: string): boolean {
  return /\bdb\b/.test(query);
}
