import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { Context } from '../../../graphql/kit/context.ts';
import { circuitStates } from '../../../lib/circuit.ts';
import type { Service } from '../../../module/service.ts';
import { reaches } from '../../../viewer/viewer.ts';
import { type Health, healthStatuses, type ServiceHealth, serviceStatuses } from '../client/types.ts';

/** Hidden from callers below SERVICE_ROLE: it tells an attacker what runs where. */
function privileged<T>(value: T, context: Context): T | null {
  return reaches(context.call.viewer.role, 'SERVICE_ROLE') ? value : null;
}

/** What a caller can see of a service, without what differs at every probe. */
function visible({ status, version, reason, circuit }: ServiceHealth, context: Context): string {
  return JSON.stringify([status, privileged([version, reason, circuit], context)]);
}

/** `health`, `services` and `serviceHealth`. */
export function addHealthSchema(
  builder: SchemaBuilder,
  namedServices: readonly Pick<Service, 'name' | 'description'>[],
): void {
  const HealthStatusEnum = builder.enumType('HealthStatus', {
    description: 'How the gateway and what it stands on are doing.',
    values: {
      OK: { value: healthStatuses[0], description: 'Every configured service is up.' },
      DEGRADED: { value: healthStatuses[1], description: 'A configured service is not up.' },
      DOWN: { value: healthStatuses[2], description: 'No configured service is up.' },
    },
  });
  const ServiceNameEnum = builder.enumType('ServiceName', {
    description: 'The services a Supabase deployment may have.',
    values: Object.fromEntries(namedServices.map(({ name, description }) => [name, { description }])),
  });
  const ServiceStatusEnum = builder.enumType('ServiceStatus', {
    description: 'What the last probe of a service found.',
    values: {
      UP: { value: serviceStatuses[0], description: 'It answered as it should.' },
      DEGRADED: {
        value: serviceStatuses[1],
        description: 'It answered with a failure, or calls to it are being held back.',
      },
      DOWN: { value: serviceStatuses[2], description: 'It did not answer in time.' },
      NOT_CONFIGURED: { value: serviceStatuses[3], description: 'It is not part of this deployment.' },
    },
  });
  const CircuitStateEnum = builder.enumType('CircuitState', {
    description: 'Whether calls to a service are let through.',
    values: {
      CLOSED: { value: circuitStates[0], description: 'Calls go through.' },
      HALF_OPEN: { value: circuitStates[1], description: 'One call is trying whether the service is back.' },
      OPEN: { value: circuitStates[2], description: 'Calls fail at once, after too many failures.' },
    },
  });

  const HealthRef = builder.objectRef<Health>('Health').implement({
    description: 'The state of this gateway.',
    fields: (t) => ({
      status: t.expose('status', {
        type: HealthStatusEnum,
        description: 'Judged by the last probe of the configured services, which may be some seconds old.',
      }),
      uptime: t.exposeFloat('uptime', {
        description: 'Seconds since this process started.',
      }),
      version: t.exposeString('version', { description: 'Version of this gateway.' }),
    }),
  });

  const ServiceHealthRef = builder.objectRef<ServiceHealth>('ServiceHealth').implement({
    description: 'The state of one service behind this gateway.',
    fields: (t) => ({
      name: t.expose('name', { type: ServiceNameEnum, description: 'Which service.' }),
      status: t.expose('status', {
        type: ServiceStatusEnum,
        description: 'What the last probe found.',
      }),
      latency: t.float({
        nullable: true,
        description:
          'Milliseconds of the last probe; null when the service did not answer, and below SERVICE_ROLE.',
        resolve: ({ latency }, _args, context) => privileged(latency, context),
      }),
      checkedAt: t.expose('checkedAt', {
        type: 'DateTime',
        description: 'When the last probe began.',
      }),
      version: t.string({
        nullable: true,
        description: 'Version, where the service tells it without a key; null below SERVICE_ROLE.',
        resolve: ({ version }, _args, context) => privileged(version, context),
      }),
      reason: t.string({
        nullable: true,
        description: 'Why it is not up; null when it is, and below SERVICE_ROLE.',
        resolve: ({ reason }, _args, context) => privileged(reason, context),
      }),
      circuit: t.field({
        type: CircuitStateEnum,
        nullable: true,
        description: 'Whether calls to it are let through; null below SERVICE_ROLE.',
        resolve: ({ circuit }, _args, context) => privileged(circuit, context),
      }),
    }),
  });

  builder.queryFields((t) => ({
    health: t.field({
      type: HealthRef,
      directives: { auth: { requires: 'ANON' } },
      ignoresAuthorization: true,
      description: 'The state of this gateway. A bad token does not stop it.',
      resolve: (_root, _args, context) => context.services.health.health(),
    }),
    services: t.field({
      type: [ServiceHealthRef],
      directives: { auth: { requires: 'ANON' } },
      description: 'The state of every service, probed at once; answers are shared for a second.',
      resolve: (_root, _args, context) => context.services.health.serviceHealth(),
    }),
  }));
  builder.subscriptionFields((t) => ({
    serviceHealth: t.field({
      type: ServiceHealthRef,
      directives: { auth: { requires: 'ANON' } },
      description: 'The current state of every service, then one event each time a service changes.',
      subscribe: (_root, _args, context) =>
        context.services.health.watch((service) => visible(service, context), context.call.signal),
      resolve: (service) => service,
    }),
  }));
}
