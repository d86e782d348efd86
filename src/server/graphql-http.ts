import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { toClientError } from '../graphql/errors.ts';
import type { OperationEngine, OperationParams } from '../graphql/operation-engine.ts';
import { csrfMessage, isNoForeignPage } from '../graphql/plugins/use-csrf-prevention.ts';
import type { Transport } from '../graphql/transport.ts';
import type { Yoga } from '../graphql/yoga.ts';
import { AppError, errorCodes } from '../lib/app-error.ts';
import { isRecord } from '../lib/is-record.ts';
import type { Logger } from '../observability/logger.ts';
import { leaveRequest } from './leave-request.ts';
import { type MultipartLimits, readMultipart } from './multipart/read-multipart.ts';
import { readBody } from './request-body.ts';

export interface GraphQLHttpDeps {
  readonly engine: OperationEngine;
  readonly yoga: Yoga;
  readonly log: Logger;
  readonly maxBodyBytes: number;
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

function httpHints(error: GraphQLError): HttpHints {
  const hints: unknown = error.extensions['http'];
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
  const { engine, yoga, log, maxBodyBytes, upload, draining } = deps;

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
    const clientError = toClientError(error, { requestId: transport.requestId, role: 'ANON', log });
    const status = error instanceof AppError ? errorCodes[error.code].http : 500;
    // What is left of the body is not read: the connection cannot serve another request.
    if (!response.destroyed && !response.headersSent) response.setHeader('connection', 'close');
    const hinted = new GraphQLError(clientError.message, {
      extensions: { ...clientError.extensions, http: { status } },
    });
    send(response, transport, json, { errors: [hinted] }, stillComing);
  }

  async function post(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
  ): Promise<void> {
    let body: Buffer;
    try {
      body = await readBody(request, maxBodyBytes);
    } catch (error) {
      refuse(response, transport, error, request);
      return;
    }
    const mediaType = plainMediaType(request.headers.accept);
    const params = mediaType === undefined ? undefined : wellFormed(parseOrUndefined(body));
    if (mediaType !== undefined && params) {
      const prepared = engine.prepare(params, transport);
      if (prepared.type === 'refused') {
        send(response, transport, mediaType, prepared.result);
        return;
      }
      if (prepared.type !== 'subscription') {
        const outcome = await prepared.run();
        if (!(Symbol.asyncIterator in outcome)) {
          send(response, transport, mediaType, outcome);
          return;
        }
      }
    }
    await throughYoga(request, response, transport, body);
  }

  /** Files flow through while the operation runs; the answer may come before all of them have. */
  async function multipart(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
  ): Promise<void> {
    const answer = (result: ExecutionResult): void =>
      send(response, transport, plainMediaType(request.headers.accept) ?? json, result, request);
    try {
      if (!isNoForeignPage((name) => request.headersDistinct[name]?.[0])) throw csrfError();
      const { operation, release } = await readMultipart(request, { maxFieldBytes: maxBodyBytes, ...upload });
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
    // The adapter takes a body that was read already from `request.body`.
    if (body) Object.assign(request, { body });
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
      await post(request, response, transport);
      return;
    }
    if (request.method === 'POST' && contentType === 'multipart/form-data') {
      await multipart(request, response, transport);
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

function parseOrUndefined(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Yoga says it in the protocol's words.
    return undefined;
  }
}
