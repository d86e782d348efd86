import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { badInput } from '../../../lib/bad-input.ts';

export interface UploadDescription {
  readonly contentType: string;
  readonly cacheControl?: string | null | undefined;
  readonly metadata?: Record<string, unknown> | null | undefined;
}

export interface UploadBody {
  readonly headers: Record<string, string>;
  readonly stream: Readable;
  /** Bytes of the file that have been sent so far. */
  readonly sent: () => number;
}

// RFC 9110, with parameters: nothing that could end the header line.
const mediaType = /^([\w.+-]+\/[\w.+*-]+)((?:[ \t]*;[ \t]*[\w.+-]+=(?:[\w.+-]+|"[^"\r\n]*"))*)$/;
const maxHeaderText = 255;

/**
 * An upload as Storage wants it when the length is not known: multipart, because a raw body without a length escapes
 * the bucket's size limit (Storage behaviour).
 */
export function uploadBody(file: Readable, description: UploadDescription): UploadBody {
  const boundary = `bunbun-${randomUUID()}`;
  const { metadata } = description;
  const seconds = cacheSeconds(description.cacheControl);
  const contentType = checkContentType(description.contentType);
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  // Fields come first: behind a large file Storage loses them.
  const head =
    (seconds === undefined ? '' : field('cacheControl', seconds)) +
    (metadata ? field('metadata', metadataJson(metadata)) : '') +
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n` +
    `Content-Type: ${contentType}\r\n\r\n`;
  let sent = 0;
  async function* framed(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head);
    for await (const chunk of file) {
      if (!(chunk instanceof Uint8Array)) continue;
      sent += chunk.byteLength;
      yield chunk;
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    stream: Readable.from(framed(), { objectMode: false }),
    sent: () => sent,
  };
}

/**
 * With the type itself in lower case: older Storage compares it letter by letter. Throws BAD_USER_INPUT for text that
 * is no media type.
 */
export function checkContentType(contentType: string): string {
  const [, type, parameters] = contentType.length <= maxHeaderText ? (mediaType.exec(contentType) ?? []) : [];
  if (type !== undefined) return type.toLowerCase() + (parameters ?? '');
  throw badInput(['contentType'], 'contentType must be a media type, such as image/png.');
}

/** As JSON. Throws BAD_USER_INPUT for text that Postgres cannot keep in it. */
export function metadataJson(metadata: Record<string, unknown>): string {
  return JSON.stringify(metadata, (name, value: unknown) => {
    if (unstorable.test(name) || (typeof value === 'string' && unstorable.test(value))) {
      throw badInput(['metadata'], 'metadata holds NUL or half of a surrogate pair.');
    }
    return value;
  });
}

const unstorable = /\0|\p{Surrogate}/u;

/** What goes behind `max-age=` in Storage: seconds, or the rest of a Cache-Control that begins with max-age. */
export function cacheSeconds(text: string | null | undefined): string | undefined {
  if (text === undefined || text === null) return undefined;
  const rest = text.replace(/^max-age=/i, '');
  if (rest.length <= maxHeaderText && /^\d{1,10}(?:, ?[\w=-]+)*$/.test(rest)) return rest;
  throw badInput(['cacheControl'], 'cacheControl must be seconds, or begin with max-age.');
}
