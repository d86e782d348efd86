import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Transport } from '../graphql/engine/transport.ts';
import { AppError } from '../lib/app-error.ts';
import { type ClientPlaces, clientOf } from '../limits/client-places.ts';
import { mostHeaderBytes, type RequestHeaders } from '../viewer/request-headers.ts';
import type { Viewer } from '../viewer/viewer.ts';
import type { ReadRequestHeaders } from './request-headers.ts';

export interface TransportDeps {
  /** Where operations come this way. */
  readonly requestHeaders?: ReadRequestHeaders;
  readonly clientAddress: (request: IncomingMessage) => string | undefined;
  readonly viewer: (request: IncomingMessage, ignoreAuthorization: boolean) => Viewer | Promise<Viewer>;
  /** Where subscriptions may come this way. */
  readonly places?: ClientPlaces;
}

// A client's own id helps it to find its call in our logs, as long as it cannot write into them.
const plainId = /^[A-Za-z0-9._-]{8,64}$/;

/** The request id: the client's own when it is short and plain, else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && plainId.test(given) ? given : randomUUID();
}

/** What GraphQL needs to know of an HTTP request. Its signal fires when the client leaves before the answer. */
export function requestTransport(
  request: IncomingMessage,
  response: ServerResponse,
  deps: TransportDeps,
): Transport {
  let controller: AbortController | undefined;
  return {
    requestId: requestIdOf(request),
    clientAddress: deps.clientAddress(request),
    userAgent: request.headers['user-agent'],
    get idempotencyKey() {
      return request.headers['idempotency-key'];
    },
    get headers() {
      return deps.requestHeaders === undefined ? {} : fittingHeaders(deps.requestHeaders(request));
    },
    get signal() {
      if (!controller) {
        const made = new AbortController();
        controller = made;
        if (response.destroyed) made.abort();
        response.once('close', () => {
          if (!response.writableFinished) made.abort();
        });
      }
      return controller.signal;
    },
    viewer: (ignoreAuthorization) => deps.viewer(request, ignoreAuthorization),
    takeStreamPlace() {
      const { places } = deps;
      if (places === undefined || response.destroyed) return;
      const place = places.take('eventStream', clientOf(deps.clientAddress(request)));
      if (place.free !== undefined) {
        response.once('close', place.free);
        return;
      }
      const { full, limit } = place;
      const holder = full === 'client' ? 'This client' : 'This process';
      const message = `${holder} holds ${limit} sockets and event streams, its limit.`;
      throw new AppError('RATE_LIMITED', message, { details: { limit, retryAfter: 1 } });
    },
  };
}

function fittingHeaders(headers: RequestHeaders | undefined): RequestHeaders {
  if (headers !== undefined) return headers;
  const message = `The headers that this operation is told of hold more than ${mostHeaderBytes} bytes.`;
  throw new AppError('PAYLOAD_TOO_LARGE', message, { details: { limit: mostHeaderBytes } });
}
