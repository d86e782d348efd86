import { createVia } from '../../lib/via.ts';
import type { Host } from '../../module/host.ts';
import { defineModule } from '../../module/module.ts';
import { type CanaryRow, createCanaryRow } from './client/canary/canary-row.ts';
import { createFilterCheck } from './client/checks/filter-check.ts';
import { createSchemaCheck } from './client/checks/schema-check.ts';
import { createTableDescriber } from './client/checks/table-describer.ts';
import { createRealtimeClient } from './client/client.ts';
import { realtimeEndpoint } from './client/socket/endpoint.ts';
import type { TableChanges } from './client/tables/table-changes.ts';
import { realtimeRoute } from './routes.ts';
import { addRealtimeSchema } from './schema/realtime.ts';
import { createRealtimeTunnel } from './tunnel.ts';
import { realtimeVariables } from './variables.ts';

declare module '../../module/ports.ts' {
  interface Ports {
    /** Word of tables that were written to, from Realtime. */
    readonly tableChanges: TableChanges;
  }
}

type RealtimeHost = Host<typeof realtimeVariables>;

/** Supabase Realtime, as subscriptions and past GraphQL. */
export const realtime = defineModule({
  name: 'realtime',
  variables: realtimeVariables,
  service: {
    name: 'REALTIME',
    description: 'Supabase Realtime.',
    variable: 'REALTIME_URL',
    gatewayPath: '/realtime/v1',
    // /healthcheck is not routed by gateways, and says nothing about the tenant.
    probe: { method: 'GET', path: '/api/ping' },
  },
  schema: addRealtimeSchema,
  gives: ['tableChanges'],
  start(host) {
    const { config, service, shared, pools, callers, places, log } = host;
    const endpoint = service && realtimeEndpoint(service.upstream.baseUrl, config.REALTIME_TENANT);
    const client = createRealtimeClient({
      http: service?.upstream,
      tenant: config.REALTIME_TENANT,
      anonKey: shared.viewer.anonJwt,
      serviceKey: shared.viewer.serviceJwt,
      deletes: config.REALTIME_DELETES,
      tableChecks: pools && {
        describe: createTableDescriber(pools.general, log),
        seesSchema: createSchemaCheck(pools.general, log),
        filterProblem: createFilterCheck(pools.general, log),
      },
      canary: canaryRow(host),
      limits: { sockets: config.REALTIME_MAX_SOCKETS },
      log,
    });
    const tunnel = createRealtimeTunnel({
      endpoint,
      callers,
      places,
      via: createVia(shared.server.publicUrl),
      connectMs: shared.upstream.answerMs,
      log,
    });
    return {
      client,
      ports: { tableChanges: client.tables },
      routes: [realtimeRoute(service?.upstream, endpoint?.host)],
      upgrades: [tunnel],
      host: config.REALTIME_TENANT,
      trouble: () => (client.changesAreDead ? 'Row changes do not come through.' : undefined),
      stats: () => ({ ...client.stats() }),
    };
  },
});

function canaryRow({ config, shared, pools, log }: RealtimeHost): CanaryRow | undefined {
  const everyMs = config.REALTIME_CANARY;
  if (everyMs === undefined) return undefined;
  const token = shared.viewer.serviceJwt;
  if (pools === undefined || token === undefined) {
    log.warn(
      { code: 'NOT_CONFIGURED' },
      'REALTIME_CANARY needs DATABASE_URL and SUPABASE_SERVICE_KEY: there is no canary',
    );
    return undefined;
  }
  return createCanaryRow({ pool: pools.general, token, everyMs });
}
