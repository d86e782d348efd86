import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from './gateway.ts';
import type { DataOf, OperationText, VariablesOf } from './gql.ts';
import { startTestRealtime, type TestRealtime } from './realtime.ts';

/** The whole chain: Postgres, the local realtime server, a gateway in front of it. */
export interface RealtimeGateway extends TestGateway {
  readonly world: TestRealtime;
  /** An official GraphQL client that speaks for the token, or for nobody. */
  client(token?: string): Client;
  /** Follows a subscription. */
  follow<Text extends OperationText>(
    client: Client,
    operation: Text,
    variables?: VariablesOf<Text>,
  ): Following<EventOf<Text>>;
}

/** What the one field of a subscription brings. */
type EventOf<Text extends OperationText> = DataOf<Text>[keyof DataOf<Text>];

/** A running subscription and what it has brought. */
interface Following<Event> {
  readonly events: readonly Event[];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into errors of every shape
  readonly errors: any[];
  /** Resolves with the event number `index` (0 is the first) once it is there. */
  event(index: number): Promise<Event>;
  readonly ended: Promise<void>;
  stop(): void;
}

export async function startRealtimeGateway(
  options: Parameters<typeof startTestRealtime>[0] & {
    env?: Record<string, string> | ((world: TestRealtime) => Record<string, string>);
    /** Before the gateway starts. */
    prepare?: (world: TestRealtime) => Promise<unknown>;
  } = {},
): Promise<RealtimeGateway> {
  const { env, prepare, ...rest } = options;
  const world = await startTestRealtime(rest);
  const { keys } = world.postgres;
  await prepare?.(world);
  const gateway = await startTestGateway({
    DATABASE_URL: world.postgres.databaseUrl,
    DATABASE_URL_READ: world.postgres.readUrl,
    REALTIME_URL: world.server.url,
    JWT_SECRET: keys.jwtSecret,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_KEY: keys.serviceRoleKey,
    ...(typeof env === 'function' ? env(world) : env),
  });
  const clients = new Set<Client>();
  const close = async () => {
    for (const client of clients) await client.dispose();
    await gateway.close();
    await world.stop();
  };
  return {
    ...gateway,
    world,
    client(token) {
      const client = createClient({
        url: gateway.graphqlWsUrl,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
      });
      clients.add(client);
      return client;
    },
    follow,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function follow<Text extends OperationText>(
  client: Client,
  query: Text,
  variables?: VariablesOf<Text>,
): Following<EventOf<Text>> {
  const events: EventOf<Text>[] = [];
  const errors: Following<unknown>['errors'] = [];
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watcher of [...watchers]) watcher();
  };
  let stop: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    stop = client.subscribe<DataOf<Text>>(
      { query, variables: { ...variables } },
      {
        next(result) {
          if (result.errors !== undefined) errors.push(...result.errors);
          else for (const field in result.data) events.push(result.data[field]);
          changed();
        },
        error(error) {
          errors.push(...(Array.isArray(error) ? error : [error]));
          changed();
          resolve();
        },
        complete: resolve,
      },
    );
  });
  return {
    events,
    errors,
    ended,
    stop: () => stop(),
    event: (index) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(
          () => reject(new Error(`event ${index} never came: ${JSON.stringify({ events, errors })}`)),
          15_000,
        );
        const check = () => {
          const event = events[index];
          if (event === undefined && errors.length === 0) return;
          watchers.delete(check);
          clearTimeout(deadline);
          if (event !== undefined) resolve(event);
          else reject(new Error(JSON.stringify(errors)));
        };
        watchers.add(check);
        check();
      }),
  };
}
