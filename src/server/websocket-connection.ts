import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { AppError } from '../lib/app-error.ts';
import { type Backlog, createBacklog } from '../lib/backlog.ts';
import type { Cancel, Timers } from '../lib/timers.ts';
import {
  type Credentials,
  credentialsFromHeaders,
  credentialsFromInitPayload,
  holdsAny,
  noCredentials,
  preferCredentials,
  withoutAuthorization,
} from '../viewer/credentials.ts';
import { isSameSession } from '../viewer/same-session.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { createRenewableViewer, type RenewableViewer } from '../viewer/viewer-renewal.ts';
import type { RunningOperation } from './websocket-operation.ts';

export interface ConnectionDeps {
  resolve(credentials: Credentials): Viewer | Promise<Viewer>;
  readonly timers: Timers;
  /** The credential is over and no fresh one came. */
  expired(connection: Connection): void;
}

/** A close that graphql-ws clients retry, with fresh parameters. */
const tryAgainLater = 1013;

/** One client's socket: who it is, until when, and what it runs. */
export interface Connection {
  readonly socket: WebSocket;
  /** What is under it. */
  readonly raw: Duplex;
  readonly clientAddress: string | undefined;
  readonly userAgent: string | undefined;
  /** Set once `connection_init` was accepted. */
  readonly viewer: RenewableViewer | undefined;
  readonly operations: Map<string, RunningOperation>;
  readonly backlog: Backlog;
  /** Set by each sign of life, cleared by each round of pings. */
  alive: boolean;
  /** Takes the payload of `connection_init`; false when it was refused and the socket is closing. */
  initialise(payload: unknown): Promise<boolean>;
  /** Takes the payload of a `ping`; a credential in it takes the place of the earlier one. */
  refresh(payload: unknown): Promise<void>;
  /** Who calls when the Authorization does not count. */
  withoutAuthorization(): Viewer | Promise<Viewer>;
  dispose(): void;
}

export function createConnection(
  socket: WebSocket,
  raw: Duplex,
  request: IncomingMessage,
  clientAddress: string | undefined,
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
    cancelExpiry = deps.timers.after(current.expiresAt * 1_000 - Date.now(), () => deps.expired(connection));
  };
  const isOpen = () => socket.readyState === socket.OPEN;
  const refuse = (error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'UNAUTHENTICATED') {
      socket.close(tryAgainLater, 'The credential cannot be checked now');
      return;
    }
    const { reason } = error.details;
    socket.close(CloseCode.Forbidden, typeof reason === 'string' ? reason : 'Forbidden');
  };

  const connection: Connection = {
    socket,
    raw,
    clientAddress,
    userAgent: request.headers['user-agent'],
    operations: new Map(),
    backlog: createBacklog(),
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
          socket.close(CloseCode.Forbidden, 'another_session');
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
    dispose() {
      cancelExpiry?.();
      for (const operation of [...connection.operations.values()]) void operation.return();
    },
  };
  return connection;
}
