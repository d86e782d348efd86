import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { toClientError } from '../../graphql/engine/errors.ts';
import { resultText } from '../../graphql/engine/result-text.ts';
import type { Transport } from '../../graphql/engine/transport.ts';
import { AppError, errorCodes } from '../../lib/app-error.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { Logger } from '../../observability/logger.ts';
import { hasBody } from '../has-body.ts';
import { leaveRequest } from '../leave-request.ts';

export const json = 'application/json';
const graphqlResponse = 'application/graphql-response+json';

export type MediaType = typeof json | typeof graphqlResponse;

/** The media type of JSON to answer with: the first that the Accept header names; undefined where it names none. */
export function jsonMediaType(accept: string | null | undefined): MediaType | undefined {
  if (!accept || accept === '*/*' || accept === json) return json;
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    // Our answers are in UTF-8.
    if (parameters.some((one) => one.startsWith('charset=') && one !== 'charset=utf-8')) continue;
    if (type === json || type === 'application/*' || type === '*/*') return json;
    if (type === graphqlResponse) return graphqlResponse;
  }
  return undefined;
}

/** A result as HTTP has it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What else an answer depends on. */
export interface AnswerOptions {
  readonly mediaType: MediaType;
  /** It holds a credential: no copy of it may be kept. @default false */
  readonly secret?: boolean;
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
export function httpAnswer(result: ExecutionResult, { mediaType, secret }: AnswerOptions): HttpAnswer {
  let status = 200;
  const headers: Record<string, string> = { 'content-type': `${mediaType}; charset=utf-8` };
  if (secret === true) headers['cache-control'] = 'no-store';
  if (result.extensions?.['idempotencyReplayed'] === true) headers['idempotency-replayed'] = 'true';
  if (!result.errors) return { status, headers, body: resultText(result) };
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
  const { errors: _, ...rest } = result;
  return { status, headers, body: resultText({ errors, ...rest }) };
}

/** A request for GraphQL, its answer, and what the engine has to know of them. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly transport: Transport;
}

/** Characters of an answer beyond which its bytes are made at once. */
const largeText = 64 * 1024;

/** Writes a result. What is left of a request that has not come whole is not waited for. */
export function sendResult(
  { request, response, transport }: Exchange,
  result: ExecutionResult,
  options: AnswerOptions,
): void {
  const { status, headers, body: text } = httpAnswer(result, options);
  if (response.destroyed || response.headersSent) return;
  // A request without a body is complete a moment later: nothing of it is left unread.
  const early = !request.complete && hasBody(request);
  if (early) response.setHeader('connection', 'close');
  // A socket holds a text for as long as its bytes, and these in three times their room while it makes them.
  const body = text.length > largeText ? Buffer.from(text) : text;
  response.writeHead(status, {
    'content-length': Buffer.byteLength(body),
    'x-request-id': transport.requestId,
    ...headers,
  });
  if (early) leaveRequest(request);
  response.end(body);
}

/** Answers a request that is no operation: with the status of the error, whatever the client accepts. */
export function sendRefusal(
  exchange: Exchange,
  error: unknown,
  log: Logger,
  mediaType: MediaType = json,
): void {
  const clientError = toClientError(error, { requestId: exchange.transport.requestId, role: 'ANON', log });
  const { message, extensions } = clientError;
  const status = error instanceof AppError ? errorCodes[error.code].http : 500;
  const http = { headers: httpHints(clientError).headers ?? {}, status };
  const result = { errors: [new GraphQLError(message, { extensions: { ...extensions, http } })] };
  sendResult(exchange, result, { mediaType });
}

/** The same, where what is left of the body is not read: the connection cannot serve another request. */
export function refuseRequest(exchange: Exchange, error: unknown, log: Logger): void {
  const { response } = exchange;
  if (!response.destroyed && !response.headersSent) response.setHeader('connection', 'close');
  sendRefusal(exchange, error, log);
}
