import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { AppError } from '../lib/app-error.ts';
import { type Backlog, createBacklog } from '../lib/fan-out/backlog.ts';
import type { Cancel, Timers } from '../lib/timers.ts';
import { clientOf } from '../limits/client-places.ts';
import {
  type Credentials,
  credentialsFromHeaders,
  credentialsFromInitPayload,
  holdsAny,
  noCredentials,
  preferCredentials,
  withoutAuthorization,
} from '../viewer/credentials.ts';
import type { RequestHeaders } from '../viewer/request-headers.ts';
import { isSameSession } from '../viewer/same-session.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { createRenewableViewer, type RenewableViewer } from '../viewer/viewer-renewal.ts';
import type { RunningOperation } from './operation.ts';

export interface ConnectionDeps {
  resolve(credentials: Credentials): Viewer | Promise<Viewer>;
  readonly timers: Timers;
}

/** Closes that graphql-ws clients retry, with fresh parameters. */
export const tryAgainLater = 1013;
const goingAway = [1001, 'Going away'] as const;

/** One client's socket: who it is, until when, and what it runs. */
export interface Connection {
  readonly socket: WebSocket;
  /** What is under it. */
  readonly raw: Duplex;
  readonly clientAddress: string | undefined;
  /** Whose shares it takes from. */
  readonly client: string;
  readonly userAgent: string | undefined;
  readonly headers: RequestHeaders;
  /** Set once `connection_init` was accepted. */
  readonly viewer: RenewableViewer | undefined;
  readonly operations: Map<string, RunningOperation>;
  readonly backlog: Backlog;
  /** Length of the message that is handled just now. */
  messageLength: number;
  /** Messages that have not had their turn. */
  waiting: string[] | undefined;
  /** What the protocol does with a message. */
  handle: ((message: string) => Promise<void>) | undefined;
  /** Set by each sign of life, cleared by each round of pings. */
  alive: boolean;
  /** Takes the payload of `connection_init`; false when it was refused and the socket is closing. */
  initialise(payload: unknown): Promise<boolean>;
  /** Takes the payload of a `ping`; a credential in it takes the place of the earlier one. */
  refresh(payload: unknown): Promise<void>;
  /** Who calls when the Authorization does not count. */
  withoutAuthorization(): Viewer | Promise<Viewer>;
  /** False once it closes: what still comes would be left half done, and its sender sends it again elsewhere. */
  readonly takesMessages: boolean;
  /** An operation is over. */
  ended(id: string, operation: RunningOperation): void;
  /** The credential is over and no fresh one came. */
  expire(): void;
  /** Begins nothing more, and closes with 1001 as soon as queries and mutations are answered. */
  leave(): void;
  /**
   * Closes the socket and ends what it runs. Nothing is told to the operations: to a client an error is an operation's
   * end, while it sends one that was still running again after it has come back.
   */
  close(code?: number, reason?: string): void;
  dispose(): void;
}

export function createConnection(
  socket: WebSocket,
  raw: Duplex,
  request: IncomingMessage,
  { clientAddress, headers }: Pick<Connection, 'clientAddress' | 'headers'>,
  deps: ConnectionDeps,
): Connection {
  const fromBrowser = request.headers.origin !== undefined;
  // The request itself is let go: it would stay in memory for as long as the socket.
  const upgrade = credentialsFromHeaders(request.rawHeaders);
  let credentials: Credentials = noCredentials;
  let viewer: RenewableViewer | undefined;
  let cancelExpiry: Cancel | undefined;
  let refreshes = 0;

  const watchExpiry = (current: Viewer) => {
    cancelExpiry?.();
    cancelExpiry = undefined;
    if (current.expiresAt === undefined) return;
    cancelExpiry = deps.timers.after(current.expiresAt * 1_000 - Date.now(), connection.expire);
  };
  let leaving = false;
  const isOpen = () => socket.readyState === socket.OPEN;
  const closeOnceAnswered = () => {
    for (const { type } of connection.operations.values()) if (type !== 'subscription') return;
    if (isOpen()) connection.close(...goingAway);
  };
  const refuse = (error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'UNAUTHENTICATED') {
      connection.close(tryAgainLater, 'The credential cannot be checked now');
      return;
    }
    const { reason } = error.details;
    connection.close(CloseCode.Forbidden, typeof reason === 'string' ? reason : 'Forbidden');
  };

  const connection: Connection = {
    socket,
    raw,
    clientAddress,
    client: clientOf(clientAddress),
    userAgent: request.headers['user-agent'],
    headers,
    operations: new Map(),
    backlog: createBacklog(),
    messageLength: 0,
    waiting: undefined,
    handle: undefined,
    alive: true,
    get viewer() {
      return viewer;
    },
    async initialise(payload) {
      credentials = preferCredentials(credentialsFromInitPayload(payload, { fromBrowser }), upgrade);
      try {
        const first = await deps.resolve(credentials);
        if (!isOpen()) return false;
        viewer = createRenewableViewer(first);
        watchExpiry(first);
        return true;
      } catch (error) {
        refuse(error);
        return false;
      }
    },
    async refresh(payload) {
      const given = credentialsFromInitPayload(payload, { fromBrowser });
      if (viewer === undefined || !holdsAny(given)) return;
      const next = { ...given, apikey: given.apikey ?? credentials.apikey };
      refreshes += 1;
      const turn = refreshes;
      try {
        const fresh = await deps.resolve(next);
        if (!isOpen()) return;
        if (!isSameSession(viewer.current, fresh)) {
          connection.close(CloseCode.Forbidden, 'another_session');
          return;
        }
        // One that was sent later may have been verified earlier.
        if (turn !== refreshes) return;
        credentials = next;
        watchExpiry(fresh);
        viewer.renew(fresh);
      } catch (error) {
        refuse(error);
      }
    },
    withoutAuthorization: () => deps.resolve(withoutAuthorization(credentials)),
    get takesMessages() {
      return isOpen() && !leaving;
    },
    ended(id, operation) {
      if (connection.operations.get(id) === operation) connection.operations.delete(id);
      // Its last message has not left yet.
      if (leaving) setImmediate(closeOnceAnswered);
    },
    leave() {
      leaving = true;
      closeOnceAnswered();
    },
    expire: () => connection.close(CloseCode.Forbidden, 'token_expired'),
    close(code, reason) {
      socket.close(code, reason);
      connection.dispose();
    },
    dispose() {
      cancelExpiry?.();
      for (const operation of [...connection.operations.values()]) void operation.return();
    },
  };
  return connection;
}
