import type { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import { notConfigured } from '../../lib/not-configured.ts';
import { parsePostgresUrl } from '../../lib/postgres-url.ts';
import { defineModule } from '../../module/module.ts';
import { serviceRole } from '../../upstream/postgres/rows/run/rows-caller.ts';
import { createRowsRunner, type RowsRunner } from '../../upstream/postgres/rows/run/rows-runner.ts';
import { databaseRole } from '../../viewer/database-role.ts';
import { checkRowsLogin } from './check-login.ts';
import { createRowsClient, type RowsClient } from './client/client.ts';
import { databaseSource } from './client/database-source.ts';
import { createEmptyListHints } from './client/empty-list-hints.ts';
import { createExplain } from './client/explainer.ts';
import { createLiveRows, type LiveRows } from './client/live/live-rows.ts';
import { watchState } from './client/state-watch.ts';
import { visibleNames } from './client/visible-names.ts';
import { createDbResolvers } from './schema/db-resolvers.ts';
import { createOperationsOfRoles, type OperationsOfRoles } from './schema/operations-of-roles.ts';
import { addRoleFields } from './schema/role-fields.ts';
import { createViewerSchemas } from './schema/viewer-schemas.ts';
import { rowsVariables } from './variables.ts';

/** Tables and functions of the database, typed, under row level security. */
export const rows = defineModule({
  name: 'rows',
  variables: rowsVariables,
  schema: addRoleFields,
  start({ config, shared, pools, schemaChanges, lifecycle, log: gatewayLog }) {
    const { database, viewer } = shared;
    const { rowsUrl: url } = database;
    const schemas = config.ROWS_SCHEMAS;
    if (url === undefined || pools === undefined || schemas?.length === 0) return { client: withoutRows };
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
    const viewerSchemas = createViewerSchemas(createDbResolvers(maxRows));
    const watch = watchState({
      source: databaseSource({
        pool: pools.general,
        login: parsePostgresUrl(url).address?.user ?? '',
        schemas,
        roles: [...callerRoles, serviceRole],
      }),
      prepare: ({ model, grants }) => viewerSchemas.prepare(model, grants.values()),
      onRead: ({ model }) => {
        const said = new Set(watch.current?.model.remarks);
        for (const remark of model.remarks.filter((each) => !said.has(each))) {
          log.warn({ remark }, 'something of the database is not here as it is there');
        }
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
      recheck: watch.refresh,
      connections: config.ROWS_POOL_SIZE,
      log,
    });
    lifecycle.add('rows', () => runner.close(5_000));
    const explain = createExplain({ pool: pools.general, runner, state, timeoutMs: config.ROWS_TIMEOUT });
    const hints = shared.mode === 'dev' ? createEmptyListHints(explain, log) : undefined;
    if (hints) lifecycle.add('hints of rows', hints.close);
    const reading = createRowsClient(reads);
    const client: RowsService = {
      ...reading,
      follow: live.follow,
      ...(hints ? { read: hints.around(reading.read) } : {}),
      ...createOperationsOfRoles({
        limits: shared.graphql,
        roles: callerRoles,
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
      schemaFor(caller, base) {
        const grants = watch.current?.grants.get(databaseRole(caller));
        if (watch.current === undefined || grants === undefined) return base;
        return viewerSchemas.schemaOf(base, watch.current.model, grants);
      },
      reconsiderSchema: (query) => (mentionsDb(query) ? watch.reconsider() : undefined),
      onSchemaChange: () => void watch.refresh(),
      async check() {
        schemaChanges.follow();
        await Promise.all([checkRowsLogin(runner, log), watch.refresh()]);
      },
      stats: () => ({ ...poolStats(runner), ...live.stats() }),
      async close() {
        watch.close();
        await live.close();
      },
    };
  },
});

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

type RowsService = RowsClient & Pick<LiveRows, 'follow'> & OperationsOfRoles;

function refuseNow(): never {
  throw notConfigured('POSTGRES', 'This gateway shows no tables: DATABASE_URL_ROWS is not set.');
}

async function refuse(): Promise<never> {
  refuseNow();
}

const withoutRows: RowsService = {
  read: refuse,
  write: refuse,
  follow: refuseNow,
  schemaText: refuse,
  runAs: refuse,
  rlsExplain: refuse,
};

function noSuchRole(callerRoles: readonly string[]): AppError {
  return badInput(['role'], `role must be one that callers have: ${callerRoles.join(', ')}, ${serviceRole}.`);
}

function mentionsDb(query: string): boolean {
  return /\bdb\b/.test(query);
}
