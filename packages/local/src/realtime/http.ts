import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/read-body.ts';
import { broadcastObject } from './rooms.ts';
import type { ServerContext } from './server-context.ts';
import { arrayItems, type JsonText, objectMembers } from './wire/raw-json.ts';
import { requestUrl } from './wire/request-url.ts';
import { type Claims, TokenError } from './wire/token.ts';

const maxBodyBytes = 3000 * 1024 + 500;
const single = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;

/** An answer other than success; `message` becomes the body. */
class HttpProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers the HTTP routes of the server: health, ping and broadcasts. */
export async function answerHttp(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = requestUrl(request);
  if (url === undefined) throw new HttpProblem(400, 'Bad Request');
  const what = `${request.method} ${url.pathname}`;
  if (what === 'GET /healthcheck') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    return;
  }
  if (what === 'GET /api/ping') {
    sendJson(response, 200, { message: 'Success' });
    return;
  }
  if (what === 'POST /api/broadcast') {
    await batch(context, request);
    response.writeHead(202).end();
    return;
  }
  const found = request.method === 'POST' ? single.exec(url.pathname) : null;
  if (found !== null) {
    const [, topic = '', event = ''] = found;
    await one(context, request, {
      topic: decode(topic),
      event: decode(event),
      isPrivate: url.searchParams.get('private') === 'true',
    });
    response.writeHead(202).end();
    return;
  }
  throw new HttpProblem(404, 'Not Found');
}

/** Tells what `answerHttp` has thrown. */
export function failHttp({ log }: ServerContext, error: unknown, response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!(error instanceof HttpProblem)) log.error({ err: error }, 'a realtime request failed');
  const problem = error instanceof HttpProblem ? error : new HttpProblem(500, 'Internal Server Error');
  sendJson(response, problem.status, { message: problem.message });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpProblem(400, 'Bad Request');
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

function caller(context: ServerContext, request: IncomingMessage): Claims {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const apikey = request.headers['apikey'];
  const token = bearer ?? (typeof apikey === 'string' ? apikey : '');
  try {
    return context.verifyToken(token);
  } catch (error) {
    if (error instanceof TokenError) throw new HttpProblem(401, 'Unauthorized');
    throw error;
  }
}

async function readMessage(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) throw new HttpProblem(422, 'Payload size exceeds tenant limit');
  return body;
}

function parseText(body: Buffer): { text: JsonText; value: unknown } {
  const text = body.toString('utf8');
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    throw new HttpProblem(400, 'Bad Request');
  }
}

function spendMessage(context: ServerContext): void {
  if (!context.broadcastRate.admit()) throw new HttpProblem(429, 'Too many requests');
}

async function mayWrite(context: ServerContext, topic: string, claims: Claims): Promise<boolean> {
  const allowed = await context.authorization.allowed('write', topic, claims, '{}', ['broadcast']);
  return allowed.has('broadcast');
}

/** Private messages of a caller who may not write are dropped, and the answer is still 202: as upstream. */
async function batch(context: ServerContext, request: IncomingMessage): Promise<void> {
  const claims = caller(context, request);
  const { text, value } = parseText(await readMessage(request));
  const list = typeof value === 'object' && value !== null ? Reflect.get(value, 'messages') : undefined;
  if (!Array.isArray(list) || list.length === 0) throw new HttpProblem(422, "messages can't be blank");
  const messages = arrayItems(objectMembers(text).get('messages') ?? '[]').map(parseMessage);
  for (const message of messages) {
    spendMessage(context);
    if (message.isPrivate && !(await mayWrite(context, message.topic, claims))) continue;
    const meta = message.id === undefined ? undefined : JSON.stringify({ id: message.id });
    context.rooms
      .find(message.topic, message.isPrivate)
      ?.broadcast({ text: broadcastObject(message.event, message.payload, meta) });
  }
}

interface BatchMessage {
  readonly topic: string;
  readonly event: string;
  readonly payload: JsonText;
  readonly isPrivate: boolean;
  readonly id: string | undefined;
}

function parseMessage(text: JsonText): BatchMessage {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new HttpProblem(422, 'messages are invalid');
  const members = new Map<string, unknown>(Object.entries(value));
  const topic = members.get('topic');
  const event = members.get('event');
  const payload = objectMembers(text).get('payload');
  const id = members.get('id');
  if (typeof topic !== 'string' || typeof event !== 'string' || payload === undefined) {
    throw new HttpProblem(422, 'topic, event and payload are required');
  }
  return {
    topic,
    event,
    payload,
    isPrivate: members.get('private') === true,
    id: typeof id === 'string' ? id : undefined,
  };
}

async function one(
  context: ServerContext,
  request: IncomingMessage,
  { topic, event, isPrivate }: { topic: string; event: string; isPrivate: boolean },
): Promise<void> {
  const claims = caller(context, request);
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/octet-stream') {
    throw new HttpProblem(415, 'Unsupported Media Type');
  }
  const data = await readMessage(request);
  const json = type === 'application/json';
  if (json) {
    const { value } = parseText(data);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new HttpProblem(422, 'payload must be an object');
    }
  }
  spendMessage(context);
  if (isPrivate && !(await mayWrite(context, topic, claims))) {
    throw new HttpProblem(403, 'You do not have permissions to write to this Channel topic');
  }
  context.rooms.find(topic, isPrivate)?.broadcast({ user: { event, json, data, meta: '' } });
}
