import type { AuthClient } from '../modules/auth/client/client.ts';
import type { FunctionsClient } from '../modules/functions/client/client.ts';
import type { HealthClient } from '../modules/health/client/client.ts';
import type { IntrospectionClient } from '../modules/introspection/client/client.ts';
import type { MetaClient } from '../modules/meta/client/client.ts';
import type { MigrationsClient } from '../modules/migrations/client/client.ts';
import type { RealtimeClient } from '../modules/realtime/client/client.ts';
import type { DatabaseClient } from '../modules/sql/client/client.ts';
import type { StorageClient } from '../modules/storage/client/client.ts';

declare module '../graphql/kit/context.ts' {
  interface Services {
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
}
