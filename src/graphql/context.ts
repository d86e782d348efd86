import type { FieldRateLimit } from '../limits/field-rate-limit.ts';
import type { AuthClient } from '../modules/auth/client.ts';
import type { DatabaseClient } from '../modules/database/client.ts';
import type { IntrospectionClient } from '../modules/database/introspection.ts';
import type { MigrationsClient } from '../modules/database/migrations.ts';
import type { FunctionsClient } from '../modules/functions/client.ts';
import type { HealthClient } from '../modules/health/client.ts';
import type { MetaClient } from '../modules/meta/client.ts';
import type { RealtimeClient } from '../modules/realtime/client.ts';
import type { StorageClient } from '../modules/storage/client.ts';
import type { Call } from '../viewer/call.ts';

/** The upstream clients, one per service. Made once in app.ts. */
export interface Services {
  readonly realtime: RealtimeClient;
  readonly auth: AuthClient;
  readonly database: DatabaseClient;
  readonly meta: MetaClient;
  readonly introspection: IntrospectionClient;
  readonly migrations: MigrationsClient;
  readonly functions: FunctionsClient;
  readonly health: HealthClient;
  readonly storage: StorageClient;
}

/** What a resolver gets. One per operation. */
export interface Context {
  readonly call: Call;
  readonly services: Services;
  readonly rateLimit: FieldRateLimit;
  /** The operation's own DataLoaders: made at first use, gone with the operation, never shared between callers. */
  readonly loaders: Loaders;
}

/** A DataLoader (or any per-operation value) by the function that makes it. */
export interface Loaders {
  get<T>(create: (context: Context) => T): T;
}

/** Makes the registry behind `context.loaders`. */
export function createLoaders(context: () => Context): Loaders {
  const made = new Map<unknown, { value: unknown }>();
  return {
    get<T>(create: (context: Context) => T): T {
      const found = made.get(create);
      // The map's key is the function that made the value, so its type is that function's.
      if (found) return found.value as T;
      const value = create(context());
      made.set(create, { value });
      return value;
    },
  };
}

/** Narrows what a Pothos plugin is handed: to Pothos a context is any object. */
export function assertContext(value: object): asserts value is Context {
  if (!('call' in value)) throw new Error('A resolver ran without a context of the gateway.');
}
