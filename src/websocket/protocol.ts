import { createHash, randomUUID } from 'node:crypto';
import { type ExecutionArgs, GraphQLSchema, parse } from 'graphql';
import { makeServer } from 'graphql-ws';
import type { OperationEngine, PreparedOperation } from '../graphql/engine/engine.ts';
import { toClientError } from '../graphql/engine/errors.ts';
import { keyInExtensions } from '../graphql/engine/idempotency/given-key.ts';
import type { Transport } from '../graphql/engine/transport.ts';
import { unsupportedRequest } from '../graphql/engine/unsupported-request.ts';
import { noRoomForBody } from '../http/request-body.ts';
import { AppError } from '../lib/app-error.ts';
import { badArgument } from '../lib/bad-input.ts';
import type { ByteBudget } from '../lib/byte-budget.ts';
import { defaultOutboxLimits } from '../lib/fan-out/outbox.ts';
import { isRecord } from '../lib/is-record.ts';
import { isTooDeep, mostLevels } from '../lib/nesting.ts';
import type { Places } from '../lib/places.ts';
import type { Timers } from '../lib/timers.ts';
import type { Logger } from '../observability/logger.ts';
import type { Send } from './bounded-send.ts';
import type { Connection } from './connection.ts';
import { errorMessage, formatError, nextMessage, payloadText } from './messages.ts';
import { type Runnable, RunningOperation } from './operation.ts';
import { createWriteBatch, Outlet } from './outlet.ts';
import { createSharedOperations } from './shared-operations.ts';

export interface ProtocolDeps {
  readonly engine: OperationEngine;
  readonly limits: {
    readonly initTimeoutMs: number;
    /** Running operations of one socket. */
    readonly maxOperations: number;
  };
  /** Of all running operations. */
  readonly operationPlaces: Places<'operation'>;
  /** Counts what running operations were sent, and what has come of messages that are not whole yet. */
  readonly bodies: ByteBudget;
  readonly send: Send;
  readonly timers: Timers;
  readonly log: Logger;
}

/** graphql-ws wants a schema, and a document to learn the kind of operation from; the real ones are the engine's. */
const noSchema = new GraphQLSchema({});
const kinds = {
  query: parse('query { __typename }'),
  mutation: parse('mutation { __typename }'),
  subscription: parse('subscription { __typename }'),
};

/** What the messages of `graphql-transport-ws` do, for all connections. */
export function createProtocol(deps: ProtocolDeps) {
  const { engine, limits, log } = deps;
  const batch = createWriteBatch();
  const shared = createSharedOperations((result) => Buffer.from(payloadText(result)), deps.timers);

  const clientError = (error: AppError) =>
    toClientError(error, { requestId: randomUUID(), role: 'ANON', log });
  const tooMany = (holder: string, limit: number) =>
    clientError(
      new AppError('RATE_LIMITED', `${holder} runs ${limit} operations, its limit.`, {
        details: { limit, retryAfter: 1 },
      }),
    );

  /** The same operation, run together with those of the same identity where the field allows it. */
  const sharedOrOwn = (
    prepared: Runnable,
    transport: Transport,
    { socket, raw, viewer, backlog }: Connection,
    id: string,
  ): Runnable => {
    const sharing = prepared.sharing();
    if (sharing === undefined || viewer === undefined) return prepared;
    const subscription = shared.subscribe({
      key: hashOf([sharing.schemaId, prepared.params, transport.headers]),
      sharing,
      viewer,
      async start(signal, common) {
        // What waits for a reader waits in its outlet.
        const { backlog: _, ...rest } = transport;
        const own = { ...rest, signal, viewer: () => common.current, renewal: common };
        const again = await engine.prepare(prepared.params, own);
        return again.type === 'refused' ? again.result : await again.run();
      },
      outlet: (missed) =>
        new Outlet({ socket, raw, id, limits: defaultOutboxLimits, backlog, batch, missed }),
    });
    return { ...prepared, run: () => subscription };
  };

  /** Takes the places of an operation and begins to watch it; or says why not. */
  const begin = (
    prepared: PreparedOperation,
    transport: Transport,
    abort: AbortController,
    connection: Connection,
    id: string,
  ) => {
    // Returned, not thrown: a throw closes the socket, with every other subscription on it.
    if (prepared.type === 'refused') {
      return prepared.result.errors ?? [clientError(new AppError('INTERNAL_SERVER_ERROR', 'Refused.'))];
    }
    const place = deps.operationPlaces.take('operation', connection.client);
    if (place.free === undefined) return [tooMany('This client', place.limit)];
    const hold = deps.bodies.hold(connection.client);
    if (!hold.grow(connection.messageLength)) {
      place.free();
      return [clientError(noRoomForBody())];
    }
    const running = new RunningOperation(sharedOrOwn(prepared, transport, connection, id), abort, {
      send: (result) => deps.send(connection.socket, nextMessage(id, result)),
      ended() {
        place.free();
        hold.release();
        connection.ended(id, running);
      },
      expired: connection.expire,
    });
    connection.operations.set(id, running);
    return { schema: noSchema, document: kinds[prepared.type], contextValue: running };
  };

  const server = makeServer<Record<string, unknown>, { connection: Connection }>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: ({ extra, connectionParams }) => extra.connection.initialise(connectionParams),
    onPing: ({ extra }, payload) => extra.connection.refresh(payload),
    onSubscribe({ extra: { connection }, subscriptions }, id, payload) {
      // As the protocol counts: what the client has completed is no longer among them.
      if (Object.keys(subscriptions).length > limits.maxOperations) {
        return [tooMany('This socket', limits.maxOperations)];
      }
      const { query, variables, operationName, extensions } = payload;
      // Also those that no operation asks for: they are written out to find who shares it.
      if (isTooDeep(variables)) {
        const fault = `JSON must not be nested deeper than ${mostLevels} levels.`;
        return [clientError(badArgument('variables', fault))];
      }
      const abort = new AbortController();
      const transport = transportOf(connection, abort.signal);
      const params = {
        query,
        variables: variables ?? null,
        operationName: operationName ?? null,
        idempotencyKey: keyInExtensions(extensions),
      };
      const prepared = engine.prepare(params, transport);
      const go = (one: PreparedOperation) => begin(one, transport, abort, connection, id);
      return prepared instanceof Promise ? prepared.then(go) : go(prepared);
    },
    execute: runningOf,
    subscribe: runningOf,
    onError: (_context, _id, _payload, errors) => errors.map(formatError),
  });

  return {
    opened: server.opened,
    /** True of a message that graphql-ws would close the socket for, with all that runs on it: it is answered here. */
    refusesUnsupported({ viewer, socket }: Connection, message: string): boolean {
      if (viewer === undefined || !message.includes('"persistedQuery"')) return false;
      const parsed = parsedOrUndefined(message);
      if (!isRecord(parsed) || parsed['type'] !== 'subscribe' || typeof parsed['id'] !== 'string')
        return false;
      const error = unsupportedRequest(parsed['payload']);
      if (error === undefined) return false;
      void deps.send(socket, errorMessage(parsed['id'], [clientError(error)]));
      return true;
    },
    /** Executions that operations have in common. */
    get shared(): number {
      return shared.running;
    },
  };
}

function transportOf(connection: Connection, signal: AbortSignal): Transport {
  const { viewer } = connection;
  // graphql-ws lets nobody subscribe before connection_init was accepted.
  if (viewer === undefined) throw new Error('An operation came before its connection was accepted.');
  return {
    requestId: randomUUID(),
    clientAddress: connection.clientAddress,
    userAgent: connection.userAgent,
    headers: connection.headers,
    signal,
    viewer: (ignoreAuthorization) =>
      ignoreAuthorization ? connection.withoutAuthorization() : viewer.current,
    renewal: viewer,
    backlog: connection.backlog,
  };
}

function runningOf(args: ExecutionArgs): RunningOperation {
  if (args.contextValue instanceof RunningOperation) return args.contextValue;
  throw new Error('An operation was not prepared.');
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
