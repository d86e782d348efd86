import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Vsn } from './frames.ts';
import type { JsonText } from './raw-json.ts';
import { requestUrl } from './request-url.ts';
import { TokenError, type VerifyToken } from './token.ts';

export type Handshake =
  | { readonly session: { readonly vsn: Vsn; readonly token: string; readonly headers: JsonText } }
  | { readonly session?: undefined; readonly status: number; readonly error: string };

const maxHeaderBytes = 4096;
const paths = new Set(['/socket/websocket', '/realtime/v1/websocket']);

/** Decides on an upgrade as the real server does: path, version, then the token in `x-api-key` or `apikey`. */
export function handshakeToken(
  request: IncomingMessage,
  verify: VerifyToken,
  state: { readonly refusal: number | undefined; readonly full: boolean },
): Handshake {
  const url = requestUrl(request);
  if (url === undefined || !paths.has(url.pathname)) return { status: 404, error: 'Not Found' };
  if (state.refusal !== undefined) return { status: state.refusal, error: 'Refused' };
  const vsn = url.searchParams.get('vsn') ?? '1.0.0';
  if (vsn !== '1.0.0' && vsn !== '2.0.0') return { status: 403, error: 'Unsupported vsn' };
  const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('x-'));
  if (headers.some(([, value]) => String(value).length > maxHeaderBytes)) {
    return { status: 401, error: 'Header too long' };
  }
  const key = request.headers['x-api-key'];
  const token = typeof key === 'string' ? key : (url.searchParams.get('apikey') ?? '');
  try {
    verify(token);
  } catch (error) {
    if (error instanceof TokenError) return { status: 401, error: error.message };
    throw error;
  }
  if (state.full) return { status: 429, error: 'Too many connected users' };
  return { session: { vsn, token, headers: JSON.stringify(Object.fromEntries(headers)) } };
}

/** Answers an upgrade with a plain HTTP error. */
export function refuseHandshake(socket: Duplex, status: number, error: string): void {
  const body = JSON.stringify({ error });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
