import type { Services } from '../graphql/kit/context.ts';
import type { Host } from '../module/host.ts';
import type { AnyModule, Started } from '../module/module.ts';
import type { DeployedService, ServiceUpstream } from '../module/service.ts';
import { createHttpUpstream } from '../upstream/http/upstream.ts';
import { createSchemaChanges } from '../upstream/postgres/schema-changes.ts';
import type { Config } from './config.ts';

/** What of a host is the same for all modules of a deployment. */
export type Deployment = Omit<
  Host,
  'config' | 'service' | 'deployedServices' | 'schemaChanges' | 'ports' | 'shared'
>;

/** The modules of a deployment, running. */
export interface StartedModules {
  readonly services: Services;
  readonly started: readonly Started[];
}

/** Starts the modules in their order. Throws where one needs a port that none before it gives. */
export function startModules(
  modules: readonly AnyModule[],
  config: Config,
  deployment: Deployment,
): StartedModules {
  const { log, pools, metrics, lifecycle } = deployment;
  const running: {
    readonly module: AnyModule;
    readonly result: Started;
    readonly service?: ServiceUpstream | undefined;
  }[] = [];
  const given = new Map<string, unknown>();
  const schemaChanges = createSchemaChanges({
    pools,
    changed() {
      for (const { result } of running) result.onSchemaChange?.();
    },
    log,
  });
  lifecycle.add('schema changes', schemaChanges.close);
  const deployedServices = () =>
    running.flatMap(({ module, result, service }): DeployedService[] =>
      module.service === undefined
        ? []
        : [
            {
              ...module.service,
              deployed: service,
              host: result.host,
              trouble: () => result.trouble?.(),
            },
          ],
    );

  for (const module of modules) {
    const service = upstreamOf(module, config, deployment);
    const ports = Object.fromEntries(
      (module.needs ?? []).map((port) => {
        if (given.has(port)) return [port, given.get(port)];
        throw new Error(`The module ${module.name} needs the port ${port}, which no module before it gives.`);
      }),
    );
    const result = module.start({
      ...deployment,
      config: config.modules[module.name] ?? {},
      shared: config,
      service,
      deployedServices,
      schemaChanges,
      ports,
    });
    const gives = new Map(Object.entries(result.ports ?? {}));
    for (const port of module.gives ?? []) {
      if (!gives.has(port)) throw new Error(`The module ${module.name} does not give the port ${port}.`);
      if (given.has(port)) throw new Error(`The port ${port} is given twice: ${module.name} is the second.`);
      given.set(port, gives.get(port));
    }
    const { stats } = result;
    if (stats) metrics.holdings(`bunbun_${module.name}`, `What the module ${module.name} holds.`, stats);
    if (result.close) lifecycle.add(module.name, () => result.close?.());
    running.push({ module, result, service });
  }
  const clients = Object.fromEntries(running.map(({ module, result }) => [module.name, result.client]));
  assertServices(clients, modules);
  return { services: clients, started: running.map(({ result }) => result) };
}

/** The type is made of the list of modules (modules.ts), of which each has started. */
function assertServices(
  clients: Record<string, unknown>,
  modules: readonly AnyModule[],
): asserts clients is Record<string, unknown> & Services {
  if (!modules.every(({ name }) => name in clients)) throw new Error('A module has not started.');
}

function upstreamOf(
  { service }: AnyModule,
  config: Config,
  { log, metrics, lifecycle }: Deployment,
): ServiceUpstream | undefined {
  const endpoint = service && config.endpoints[service.name];
  if (service === undefined || endpoint === undefined) return undefined;
  const upstream = createHttpUpstream({
    service: service.name,
    baseUrl: endpoint.url,
    limits: config.upstream,
    successReadsBody: service.successReadsBody,
    log,
    metrics,
  });
  lifecycle.add(service.name, () => upstream.close());
  return { upstream, behindGateway: endpoint.behindGateway };
}
