import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { OperationEngine, OperationParams } from '../../graphql/engine/engine.ts';
import { toClientError } from '../../graphql/engine/errors.ts';
import type { Transport } from '../../graphql/engine/transport.ts';
import { unsupportedRequest } from '../../graphql/engine/unsupported-request.ts';
import { AppError, errorCodes } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import type { ByteBudget, ByteHold } from '../../lib/byte-budget.ts';
import { isRecord } from '../../lib/is-record.ts';
import { isTextTooDeep, mostLevels } from '../../lib/nesting.ts';
import { clientOf } from '../../limits/client-places.ts';
import type { Logger } from '../../observability/logger.ts';
import { reaches } from '../../viewer/viewer.ts';
import { leaveRequest } from '../leave-request.ts';
import { readBody } from '../request-body.ts';
import { csrfMessage, isNoForeignPage } from './csrf.ts';
import { createLargeBodyTurns } from './large-body-turns.ts';
import { type MultipartLimits, readMultipart } from './multipart/read-multipart.ts';
import type { Yoga } from './yoga.ts';

export interface GraphQLHttpDeps {
  readonly engine: OperationEngine;
  readonly yoga: Yoga;
  readonly log: Logger;
  /** Largest JSON of service_role, and of everybody else. */
  readonly maxBodyBytes: number;
  readonly maxJsonBytes: number;
  /** Counts the JSON of each request until it is answered. */
  readonly bodies: ByteBudget;
  readonly upload: Pick<MultipartLimits, 'maxFileBytes' | 'maxFiles' | 'held' | 'paceMs'>;
  /** True once the process is going down: what is running ends, nothing new begins. */
  readonly draining: () => boolean;
}

const json = 'application/json';
const graphqlResponse = 'application/graphql-response+json';

/** The media type to answer with, where the Accept header is one that needs no negotiation. */
function plainMediaType(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === '*/*' || accept === json) return json;
  if (accept === graphqlResponse) return graphqlResponse;
  const [first, ...rest] = accept.split(',').map((part) => part.trim());
  const known = (type: string | undefined): boolean =>
    type === json || type === graphqlResponse || type === '*/*';
  if (!known(first) || !rest.every(known)) return undefined;
  return first === graphqlResponse ? graphqlResponse : json;
}

/** The params of a well-formed request; anything else is for Yoga, which words the protocol's errors. */
function wellFormed(body: unknown): OperationParams | undefined {
  if (!isRecord(body)) return undefined;
  const { query, variables, operationName, extensions, ...unknownParams } = body;
  if (typeof query !== 'string' || Object.keys(unknownParams).length > 0) return undefined;
  if (variables != null && !isRecord(variables)) return undefined;
  if (extensions != null && !isRecord(extensions)) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  return { query, variables: variables ?? null, operationName: operationName ?? null };
}

interface HttpHints {
  status?: number;
  spec?: boolean;
  headers?: Record<string, string>;
}

function httpHints({ extensions }: Pick<GraphQLError, 'extensions'>): HttpHints {
  const hints: unknown = extensions['http'];
  return isRecord(hints) ? hints : {};
}

/** Status, headers and body of a result, by GraphQL over HTTP. */
function answerOf(result: ExecutionResult, mediaType: string) {
  let status = 200;
  const headers: Record<string, string> = {};
  if (!result.errors) return { status, headers, body: JSON.stringify(result) };
  for (const error of result.errors) {
    const hints = httpHints(error);
    Object.assign(headers, hints.headers);
    if (hints.status !== undefined && !(hints.spec && mediaType === json)) {
      status = Math.max(status, hints.status);
    }
  }
  const errors = result.errors.map((error) => {
    const { http: _, ...extensions } = error.extensions;
    return { ...error.toJSON(), extensions };
  });
  return {
    status,
    headers,
    body: JSON.stringify({ errors, ...('data' in result ? { data: result.data } : {}) }),
  };
}

/**
 * Serves GraphQL over HTTP. JSON POSTs, which are nearly all there is, go straight to the engine: Yoga's own HTTP
 * layer costs more than everything else together. GET, SSE and unusual Accept headers go through it.
 */
export function createGraphQLHttp(deps: GraphQLHttpDeps) {
  const { engine, yoga, log, maxBodyBytes, maxJsonBytes, bodies, upload, draining } = deps;
  const turn = createLargeBodyTurns();

  function send(
    response: ServerResponse,
    transport: Transport,
    mediaType: string,
    result: ExecutionResult,
    stillComing?: IncomingMessage,
  ): void {
    const { status, headers, body } = answerOf(result, mediaType);
    if (response.destroyed || response.headersSent) return;
    const early = stillComing !== undefined && !stillComing.complete;
    if (early) response.setHeader('connection', 'close');
    response.writeHead(status, {
      'content-type': `${mediaType}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      'x-request-id': transport.requestId,
      ...headers,
    });
    if (early) leaveRequest(stillComing);
    response.end(body);
  }

  function refuse(
    response: ServerResponse,
    transport: Transport,
    error: unknown,
    stillComing?: IncomingMessage,
  ): void {
    // What is left of the body is not read: the connection cannot serve another request.
    if (!response.destroyed && !response.headersSent) response.setHeader('connection', 'close');
    send(response, transport, json, refusal(error, transport), stillComing);
  }

  /** The answer to a request that is no operation: with its status, whatever the client accepts. */
  function refusal(error: unknown, transport: Transport): ExecutionResult {
    const clientError = toClientError(error, { requestId: transport.requestId, role: 'ANON', log });
    const { message, extensions } = clientError;
    const status = error instanceof AppError ? errorCodes[error.code].http : 500;
    return {
      errors: [
        new GraphQLError(message, {
          extensions: { ...extensions, http: { headers: httpHints(clientError).headers ?? {}, status } },
        }),
      ],
    };
  }

  /** What a request holds it holds until it is over, also when its client has left. */
  async function holding(transport: Transport, serve: (hold: ByteHold) => Promise<void>): Promise<void> {
    const hold = bodies.hold(clientOf(transport.clientAddress));
    try {
      await serve(hold);
    } finally {
      hold.release();
    }
  }

  async function maxBytesOf(transport: Transport): Promise<number> {
    try {
      const { role } = await transport.viewer(false);
      return reaches(role, 'SERVICE_ROLE') ? maxBodyBytes : maxJsonBytes;
    } catch {
      // The operation says what is wrong with the credential, if it is one that needs any.
      return maxJsonBytes;
    }
  }

  async function post(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
    hold: ByteHold,
  ): Promise<void> {
    let body: Buffer | undefined;
    try {
      body = await readBody(request, {
        most: maxJsonBytes,
        raised: () => maxBytesOf(transport),
        hold,
      });
    } catch (error) {
      refuse(response, transport, error, request);
      return;
    }
    const waits = turn(clientOf(transport.clientAddress), body.length);
    if (waits) await waits;
    const mediaType = plainMediaType(request.headers.accept);
    const came = paramsIn(body);
    if (came instanceof AppError) {
      send(response, transport, mediaType ?? json, refusal(came, transport));
      return;
    }
    const prepared = mediaType && came.params ? engine.prepare(came.params, transport) : undefined;
    if (mediaType && prepared?.type === 'refused') {
      send(response, transport, mediaType, prepared.result);
      return;
    }
    if (mediaType && prepared && prepared.type !== 'subscription' && prepared.type !== 'refused') {
      // What the operation does not need is not kept for as long as it runs.
      body = undefined;
      came.params = undefined;
      const outcome = await prepared.run();
      if (Symbol.asyncIterator in outcome)
        throw new Error('an operation that is no subscription gave a stream');
      send(response, transport, mediaType, outcome);
      return;
    }
    await throughYoga(request, response, transport, body);
  }

  /** Files flow through while the operation runs; the answer may come before all of them have. */
  async function multipart(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
    hold: ByteHold,
  ): Promise<void> {
    const answer = (result: ExecutionResult): void =>
      send(response, transport, plainMediaType(request.headers.accept) ?? json, result, request);
    try {
      if (!isNoForeignPage((name) => request.headersDistinct[name]?.[0])) throw csrfError();
      const maxFieldBytes = await maxBytesOf(transport);
      const { operation, release } = await readMultipart(request, { maxFieldBytes, hold, ...upload });
      try {
        const prepared = engine.prepare(operation, transport);
        if (prepared.type === 'refused') return answer(prepared.result);
        if (prepared.type === 'subscription') {
          throw new AppError('BAD_USER_INPUT', 'A subscription cannot come as a multipart request.');
        }
        const outcome = await prepared.run();
        if (Symbol.asyncIterator in outcome) throw new Error('an operation with files gave a stream');
        answer(outcome);
      } finally {
        release();
      }
    } catch (error) {
      refuse(response, transport, error, request);
    }
  }

  async function throughYoga(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
    body?: Buffer,
  ): Promise<void> {
    response.setHeader('x-request-id', transport.requestId);
    // The adapter takes a body that was read already from `request.body`; of bytes it would list all the indexes.
    if (body) Object.assign(request, { body: Readable.from(body, { objectMode: false }) });
    await yoga(request, response, { transport });
  }

  return async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
  ): Promise<void> {
    if (draining()) {
      const error = new AppError('SHUTTING_DOWN', 'This process is going down: try again.');
      refuse(response, transport, error, request);
      return;
    }
    const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (request.method === 'POST' && contentType === json) {
      await holding(transport, (hold) => post(request, response, transport, hold));
      return;
    }
    if (request.method === 'POST' && contentType === 'multipart/form-data') {
      await holding(transport, (hold) => multipart(request, response, transport, hold));
      return;
    }
    const unsupported = request.method === 'GET' ? unsupportedUrl(request.url ?? '') : undefined;
    if (unsupported) {
      send(
        response,
        transport,
        plainMediaType(request.headers.accept) ?? json,
        refusal(unsupported, transport),
      );
      return;
    }
    if (request.method === 'POST') {
      response.writeHead(415, { 'x-request-id': transport.requestId, accept: json }).end();
      return;
    }
    await throughYoga(request, response, transport);
  };
}

function csrfError(): AppError {
  return new AppError('FORBIDDEN', csrfMessage, { details: { reason: 'csrf' } });
}

/** The params of a request, undefined where Yoga is to word what is wrong with it; or why it is refused here. */
function paramsIn(body: Buffer): { params: OperationParams | undefined } | AppError {
  const text = body.toString('utf8');
  if (isTextTooDeep(text, mostLevels + 1)) {
    return badInput([], `The request must not be nested deeper than ${mostLevels} levels.`);
  }
  const parsed = parseOrUndefined(text);
  return unsupportedRequest(parsed) ?? { params: wellFormed(parsed) };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same of a request whose params are in its URL. */
function unsupportedUrl(url: string): AppError | undefined {
  const start = url.indexOf('?');
  const params = new URLSearchParams(start === -1 ? '' : url.slice(start));
  const extensions = params.get('extensions');
  if (extensions === null) return undefined;
  return unsupportedRequest({ query: params.get('query'), extensions: parseOrUndefined(extensions) });
}
