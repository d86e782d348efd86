import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';

export interface PreparedBody {
  body: Uint8Array | Readable | null;
  /** The content type that the body itself decides; a caller's own header wins. */
  contentType: string | undefined;
}

/** Bytes and streams as they are, anything else (text too) as JSON; undefined is no body. */
export function prepareBody(body: unknown): PreparedBody {
  if (body === undefined) return { body: null, contentType: undefined };
  if (body instanceof Readable || body instanceof Uint8Array) return { body, contentType: undefined };
  if (body instanceof ReadableStream) return { body: Readable.fromWeb(body), contentType: undefined };
  return { body: Buffer.from(JSON.stringify(body)), contentType: 'application/json' };
}
