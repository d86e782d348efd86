import type { IncomingMessage } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { SharedConfig } from '../config/shared-config.ts';
import type { ValuesOf, Variables } from '../config/variable.ts';
import type { ClientPlaces } from '../limits/client-places.ts';
import type { FieldRateLimit } from '../limits/field-rate-limit.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { PostgresPools } from '../upstream/postgres/pools.ts';
import type { Credentials } from '../viewer/credentials.ts';
import type { Viewer } from '../viewer/viewer.ts';
import type { PortName, Ports } from './ports.ts';
import type { DeployedService, ServiceUpstream } from './service.ts';

/** What ends with the gateway. */
export interface Lifecycle {
  /** Adds what is to be ended: the last one added ends first, each within a bounded time. */
  add(name: string, close: () => void | Promise<void>): void;
}

/** Who calls, for what does not come as a GraphQL operation. */
export interface Callers {
  /** Throws or rejects with UNAUTHENTICATED for a bad credential. */
  resolve(credentials: Credentials): Viewer | Promise<Viewer>;
  clientAddress(request: IncomingMessage): string | undefined;
  /** Whether a page of that Origin may open a WebSocket. */
  originAllowed(request: IncomingMessage): boolean;
}

/** What the gateway gives to a module: made anew for each deployment. */
export interface Host<V extends Variables = Variables, Needs extends PortName = never> {
  /** The module's own variables. */
  readonly config: ValuesOf<V>;
  readonly shared: SharedConfig;
  /** Everybody's, as all modules have made it. */
  readonly schema: GraphQLSchema;
  /** The service that the module stands for; undefined where the deployment has none. */
  readonly service: ServiceUpstream | undefined;
  /** All services, in the order of the modules. To be called when all have started. */
  deployedServices(): readonly DeployedService[];
  /** Undefined where the deployment has no database. */
  readonly pools: PostgresPools | undefined;
  readonly schemaChanges: {
    /**
     * For whoever has read something that a change makes stale: `onSchemaChange` hears of other gateways' changes, too.
     */
    follow(): void;
    /** Tells every module of a change that this process made. */
    changed(): void;
  };
  readonly callers: Callers;
  /** For connections that clients keep open. */
  readonly places: ClientPlaces;
  readonly rateLimit: FieldRateLimit;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  /** What other modules have given. */
  readonly ports: Pick<Ports, Needs>;
}
