import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, errorCodes } from '../../lib/app-error.ts';
import { notConfigured } from '../../lib/not-configured.ts';
import { createVia } from '../../lib/via.ts';
import { type FieldRateLimit, outcomeOf, type SettleAttempt } from '../../limits/field-rate-limit.ts';
import type { PassRule, ProxyRoute } from '../../module/proxy-route.ts';
import type { Logger } from '../../observability/logger.ts';
import type { AnswerSink, HttpUpstream, StreamOptions } from '../../upstream/http/types.ts';
import type { Call } from '../../viewer/call.ts';
import type { Viewer } from '../../viewer/viewer.ts';
import { hasBody } from '../has-body.ts';
import { leaveRequest } from '../leave-request.ts';
import { requestTransport } from '../request-transport.ts';
import { sendError } from '../server.ts';
import { usualSpanMs } from '../watch-pace.ts';
import { answeredOutcome } from './answered-outcome.ts';
import { passAnswer } from './pass-answer.ts';
import { checkAnnouncedLength, countedBody, drainBytes, readWholeBody } from './pass-body.ts';
import { fitsPattern, type PassPath, parsePassPath } from './pass-path.ts';
import { passedCredentials, type ViewerOf } from './passed-credentials.ts';
import { passedRequestHeaders } from './passed-headers.ts';

/** Bodies that are read before they are passed on, because a rate limit or a check depends on them. */
const maxBufferedBytes = 1024 * 1024;

export interface ProxyDeps {
  readonly routes: readonly ProxyRoute[];
  /** Origin (and path) under which clients reach us, without a trailing slash. */
  readonly publicUrl: string;
  readonly viewer: ViewerOf;
  readonly clientAddress: (request: IncomingMessage) => string | undefined;
  readonly rateLimit: FieldRateLimit;
  readonly log: Logger;
  /** True once the process is going down: what is running ends, nothing new begins. @default () => false */
  readonly draining?: () => boolean;
  /**
   * A client that is not held back must move some bytes in every such span, whichever way they flow.
   * @default `usualSpanMs`
   */
  readonly paceMs?: number;
}

export interface Proxy {
  /** Takes a request whose path is under one of the prefixes and answers it; false for any other. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The service itself says what is wrong with it.
    return undefined;
  }
}

interface Destination {
  readonly route: ProxyRoute;
  /** The request target with the route's prefix. */
  readonly target: string;
}

function findDestination(routes: readonly ProxyRoute[], target: string): Destination | undefined {
  const [path = ''] = target.split('?', 1);
  for (const route of routes) {
    if (target.startsWith(`${route.prefix}/`)) return { route, target };
    if (route.alsoAt?.includes(path)) return { route, target: `${route.prefix}${target}` };
  }
  return undefined;
}

function findRule(route: ProxyRoute, method: string, path: PassPath): PassRule {
  const inside = path.segments.slice(route.prefix.split('/').length - 1);
  const fitting = route.rules.filter(
    (rule) => fitsPattern(rule.path, inside) && (rule.when?.(inside) ?? true),
  );
  const rule = fitting.find(({ methods }) => methods.includes(method));
  if (rule === undefined) throw new AppError('NOT_FOUND', 'Nothing is passed on at this path and method.');
  return rule;
}

/** An error to a client that is still sending: it is told at once, and read on a little, so that it sees the answer. */
function sendErrorEarly(request: IncomingMessage, response: ServerResponse, error: AppError): void {
  const body = JSON.stringify({ code: error.code, message: error.message, ...error.details });
  response.writeHead(errorCodes[error.code].http, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  leaveRequest(request, drainBytes);
  response.end(body);
}

/** Passes Supabase's own HTTP paths to their services, streaming both ways. */
export function createProxy(deps: ProxyDeps): Proxy {
  const { publicUrl, log, paceMs = usualSpanMs } = deps;
  const via = createVia(publicUrl);

  async function spend(
    rule: PassRule,
    keyViewer: Viewer,
    request: IncomingMessage,
    path: PassPath,
    body: Buffer | undefined,
  ): Promise<SettleAttempt | undefined> {
    const spending = rule.spends?.(new URLSearchParams(path.search), body && parseJson(body));
    if (spending === undefined) return undefined;
    const { account, ofStranger } = spending;
    // A token that does not verify counts for its sender's address, and is the service's to refuse.
    const viewer = ofStranger
      ? keyViewer
      : await Promise.resolve()
          .then(() => deps.viewer(request, false))
          .catch(() => keyViewer);
    const clientAddress = deps.clientAddress(request);
    const subject = { viewer, clientAddress, account, ofStranger };
    for (let call = 0; call < (spending.calls ?? 1); call += 1) {
      await deps.rateLimit.spend(spending.field, spending.rule, subject);
    }
    return spending.mayFail ? await deps.rateLimit.attempt(spending.field, clientAddress) : undefined;
  }

  async function pass(
    request: IncomingMessage,
    response: ServerResponse,
    { route, target }: Destination,
    upstream: HttpUpstream,
  ): Promise<void> {
    const path = parsePassPath(target);
    const method = request.method ?? 'GET';
    const rule = findRule(route, method, path);
    if (via.isOurs(request)) {
      response.writeHead(508, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: `The address of ${route.service} points back here.` }));
      return;
    }
    checkAnnouncedLength(request, route.maxBodyBytes);
    const { keyViewer, headers } = await passedCredentials(request, route, rule, deps.viewer);
    let body: Buffer | ReturnType<typeof countedBody> | undefined;
    const passed = passedRequestHeaders(request, rule.requestHeaders ?? route.requestHeaders);
    let settle: SettleAttempt | undefined;
    const bufferedBytes = rule.bufferedBytes ?? maxBufferedBytes;
    if ((rule.spends !== undefined && bufferedBytes > 0) || rule.checkBody !== undefined) {
      const whole = await readWholeBody(request, Math.min(bufferedBytes, route.maxBodyBytes), paceMs);
      rule.checkBody?.(whole);
      settle = await spend(rule, keyViewer, request, path, whole);
      if (hasBody(request)) {
        body = whole;
        passed['content-length'] = String(whole.length);
      }
    } else {
      settle = await spend(rule, keyViewer, request, path, undefined);
      if (hasBody(request)) body = countedBody(request, route.maxBodyBytes, paceMs);
    }
    const transport = requestTransport(request, response, deps);
    const call: Call = {
      viewer: keyViewer,
      signal: transport.signal,
      requestId: transport.requestId,
      log,
      clientAddress: transport.clientAddress,
      userAgent: transport.userAgent,
      headers: {},
    };
    response.setHeader('x-request-id', transport.requestId);
    const circuitKey = route.circuitKey?.(path.segments.slice(route.prefix.split('/').length - 1));
    const answer = passAnswer({ request, response, route, rule, publicUrl, paceMs });
    const outgoing: StreamOptions = {
      method,
      path: path.raw.slice(route.prefix.length) + path.search,
      headers: { ...passed, ...headers, ...route.sentHeaders, via: via.value },
      call,
      credentials: 'none',
      ...(body === undefined ? {} : { body }),
      ...(route.host === undefined ? {} : { host: route.host }),
      ...(circuitKey === undefined ? {} : { circuitKey }),
      ...(route.answerMs === undefined ? {} : { timeoutMs: route.answerMs }),
    };
    const sink: AnswerSink = {
      ...answer.sink,
      start(status, answerHeaders, resume) {
        settle?.(answeredOutcome(status, answerHeaders));
        answer.sink.start(status, answerHeaders, resume);
      },
    };
    try {
      await upstream.relay(outgoing, sink);
      answer.finish();
    } catch (error) {
      settle?.(outcomeOf(error));
      throw error;
    } finally {
      answer.stop();
    }
  }

  function fail(error: unknown, request: IncomingMessage, response: ServerResponse, route: ProxyRoute): void {
    if (response.headersSent || response.destroyed) {
      // Half an answer must not look whole.
      response.destroy();
      return;
    }
    if (!(error instanceof AppError)) log.error({ err: error }, 'the pass-through failed');
    const known =
      error instanceof AppError
        ? error
        : new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway.');
    const details = { ...known.details, ...route.describeError?.(known.code) };
    const retryAfter = known.details['retryAfter'];
    if (typeof retryAfter === 'number') response.setHeader('retry-after', String(retryAfter));
    const shown = new AppError(known.code, known.message, { details });
    if (request.complete) sendError(response, shown);
    else sendErrorEarly(request, response, shown);
  }

  return {
    handle(request, response) {
      const destination = findDestination(deps.routes, request.url ?? '/');
      if (destination === undefined) return false;
      const { route } = destination;
      if (deps.draining?.() === true) {
        const message = 'This process is going down: try again.';
        fail(new AppError('SHUTTING_DOWN', message), request, response, route);
        return true;
      }
      const { upstream } = route;
      if (upstream === undefined) {
        fail(notConfigured(route.service), request, response, route);
        return true;
      }
      pass(request, response, destination, upstream).catch((error: unknown) => {
        fail(error, request, response, route);
      });
      return true;
    },
  };
}
