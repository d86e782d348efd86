import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { hmacToken, nowSeconds } from './tokens.ts';

export interface Recording {
  name: string;
  request: { method: string; path: string; role: string; headers: Record<string, string>; body?: unknown };
  response: { status: number; headers: Record<string, string>; body?: unknown };
  /** Claims of the signed-URL tokens that occur in it. */
  tokens?: Record<string, unknown>[];
  /** Made with other settings than the rest. */
  variant?: boolean;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** One HTTP exchange with path and headers exactly as given. */
export async function exchange(
  origin: string,
  options: { method: string; path: string; headers: Record<string, string>; body?: Buffer | undefined },
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return await new Promise((resolve, reject) => {
    const { method, path, headers, body } = options;
    const length = body && !('transfer-encoding' in headers) ? { 'content-length': String(body.length) } : {};
    const request = httpRequest(
      { hostname, port, method, path, headers: { ...headers, ...length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** The recorded body as it was on the wire; long ones are recorded as `<400000 bytes>`. */
export function recordedBody(body: unknown, headers: Record<string, string>): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(JSON.stringify(describedBody(body)));
  if (isObject(body) && typeof body['raw'] === 'string') {
    return Buffer.from(expand(body['raw']));
  }
  if (isObject(body) && Array.isArray(body['multipart'])) {
    const boundary = /boundary=(.*)$/.exec(headers['content-type'] ?? '')?.[1] ?? '';
    return multipart(boundary, body['multipart'].filter(isObject));
  }
  return Buffer.from(JSON.stringify(body));
}

/** Two bodies were too long to be kept: `<JSON of 6912 chars> 1001 prefixes …`. */
function describedBody(description: string): object {
  if (!description.includes('1001 prefixes')) return { name: 'x'.repeat(1_100_000) };
  return { prefixes: Array.from({ length: 1001 }, (_each, index) => `x${index}`) };
}

function expand(text: string): string {
  const size = /^<(\d+) bytes>$/.exec(text)?.[1];
  return size === undefined ? text : 'z'.repeat(Number(size));
}

function multipart(boundary: string, parts: Record<string, unknown>[]): Buffer {
  const pieces = parts.map(({ name, filename, type, data }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const kind = type === undefined ? '' : `Content-Type: ${type}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${kind}\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(`${expand(String(data))}\r\n`)]);
  });
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const users: Readonly<Record<string, string>> = {
  user_a: '11111111-1111-4111-8111-111111111111',
  user_b: '22222222-2222-4222-8222-222222222222',
};

/** A token for what a recording calls its caller, or undefined for text that is meant to be no token. */
export function recordedToken(placeholder: string, secret: string): string | undefined {
  const hour = { iat: nowSeconds(), exp: nowSeconds() + 3600 };
  switch (placeholder) {
    case 'JWT:anon':
    case 'JWT:service_role':
      return hmacToken({ role: placeholder.slice(4), ...hour }, { secret });
    case 'JWT:user_a':
    case 'JWT:user_b':
      return hmacToken({ role: 'authenticated', sub: users[placeholder.slice(4)], ...hour }, { secret });
    case 'JWT HS512, same secret':
      return hmacToken({ role: 'service_role', ...hour }, { secret, header: { alg: 'HS512' } });
    case 'JWT alg none':
      return hmacToken({ role: 'service_role', ...hour }, { secret, header: { alg: 'none' } });
    case 'JWT exp in the past':
      return hmacToken({ role: 'service_role', exp: nowSeconds() - 60 }, { secret });
    case 'JWT role=nosuchrole':
      return hmacToken({ role: 'nosuchrole', ...hour }, { secret });
    case 'JWT signed with another secret':
      return hmacToken(
        { role: 'service_role', ...hour },
        { secret: 'another secret, long enough for HS256' },
      );
    case 'JWT without exp':
      return hmacToken({ role: 'authenticated' }, { secret });
    case 'JWT without role':
      return hmacToken({ sub: users['user_a'], ...hour }, { secret });
    default:
      return undefined;
  }
}

const volatile: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/<SIGNED_TOKEN>|eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<date>'],
  [/https?:\/\/(?:<STORAGE_HOST>|127\.0\.0\.1:\d+)/g, '<origin>'],
  [/\/upload\/resumable\/(sign\/)?[\w-]{20,}/g, '/upload/resumable/$1<id>'],
];

/** A value without what differs from run to run: ids, moments, tokens, hosts. */
export function withoutVolatile(value: unknown): unknown {
  if (typeof value === 'string') return volatile.reduce((text, [from, to]) => text.replace(from, to), value);
  if (Array.isArray(value)) return value.map(withoutVolatile);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      // Cursors are opaque, and hold moments.
      name === 'nextCursor' ? typeof each : withoutVolatile(each),
    ]),
  );
}
