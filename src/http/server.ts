import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError, errorCodes } from '../lib/app-error.ts';
import { dropUnread } from '../lib/drop-unread.ts';
import type { Logger } from '../observability/logger.ts';
import { leaveRequest } from './leave-request.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type Refusal, requestProblem } from './request-problem.ts';
import { type SecurityHeaders, setSecurityHeaders } from './security-headers.ts';

/** Answers a request; a rejection becomes a 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServerDeps {
  /** By exact path. */
  readonly routes: Readonly<Record<string, Handler>>;
  /** Tried for every other path; answers false where it is not its own. */
  readonly passThrough: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Answers preflights; true when it has. */
  readonly cors: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly hostAllowed: (request: IncomingMessage) => boolean;
  /** On every answer. */
  readonly headers: SecurityHeaders;
  readonly log: Logger;
}

/** Writes one JSON error in the shape of the GraphQL errors, with the code's HTTP status, for routes beside GraphQL. */
export function sendError(response: ServerResponse, error: AppError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ code: error.code, message: error.message, ...error.details });
  response.writeHead(errorCodes[error.code].http, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, text }: Refusal): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  leaveRequest(request);
  response.end(`${text}\n`);
}

/** The one HTTP server: routes by exact path, then the pass-through, then 404. Not listening yet. */
export function createHttpServer(deps: HttpServerDeps): Server {
  const routes = new Map(Object.entries(deps.routes));
  const failed = (response: ServerResponse, error: unknown): void => {
    deps.log.error({ err: error }, 'a request handler failed');
    sendError(response, new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway.'));
  };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    dropUnread(request, response);
    setSecurityHeaders(response, deps.headers);
    const problem = requestProblem(request);
    if (problem !== undefined) {
      refuse(request, response, problem);
      return;
    }
    if (!deps.hostAllowed(request)) {
      refuse(request, response, { status: 421, text: 'This server does not answer to that host name.' });
      return;
    }
    if (deps.cors(request, response)) return;
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const handler = routes.get(query === -1 ? url : url.slice(0, query));
    try {
      if (handler) {
        const done = handler(request, response);
        if (done instanceof Promise) done.catch((error) => failed(response, error));
      } else if (!deps.passThrough(request, response)) {
        sendError(
          response,
          new AppError('NOT_FOUND', 'Nothing is served at this path. GraphQL is at /graphql.'),
        );
      }
    } catch (error) {
      failed(response, error);
    }
  };
  const server = createServer(oneAtATime(serve));
  server.headersTimeout = 10_000;
  // Longer than the usual load balancer's idle time-out, so that it is never us who closes first.
  server.keepAliveTimeout = 75_000;
  // Uploads may take long: bodies are bounded by their own idle time-outs, not by a total.
  server.requestTimeout = 0;
  // Their size bounds them: Node drops those over a count, and newer ones refuse the request without our headers.
  server.maxHeadersCount = 0;
  return server;
}
