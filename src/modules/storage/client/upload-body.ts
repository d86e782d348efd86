import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { JsonObject } from '../../../lib/json-object.ts';

export interface UploadDescription {
  readonly contentType: string;
  /** As `cacheSeconds` gives it. */
  readonly cacheControl?: string | undefined;
  readonly metadata?: JsonObject | undefined;
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
  const { contentType, cacheControl, metadata } = description;
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  // Fields come first: behind a large file Storage loses them.
  const head =
    (cacheControl === undefined ? '' : field('cacheControl', cacheControl)) +
    (metadata ? field('metadata', JSON.stringify(metadata)) : '') +
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

/** What is said of a text that is no media type. */
export const noMediaType = 'contentType must be a media type, such as image/png.';

/**
 * A media type with the type itself in lower case: older Storage compares it letter by letter. Undefined for text that
 * is none.
 */
export function normalMediaType(text: string): string | undefined {
  const [, type, parameters] = text.length <= maxHeaderText ? (mediaType.exec(text) ?? []) : [];
  return type === undefined ? undefined : type.toLowerCase() + (parameters ?? '');
}

const unstorable = /\0|\p{Surrogate}/u;

/** What is wrong with metadata, as a sentence, where Postgres cannot keep a text in it. */
export function metadataFault(metadata: JsonObject): string | undefined {
  return isStorable(metadata) ? undefined : 'metadata holds NUL or half of a surrogate pair.';
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !unstorable.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => !unstorable.test(name) && isStorable(inner));
}

/**
 * What goes behind `max-age=` in Storage: seconds, or the rest of a Cache-Control that begins with max-age. Undefined
 * for text that is neither.
 */
export function cacheSeconds(text: string): string | undefined {
  const rest = text.replace(/^max-age=/i, '');
  return rest.length <= maxHeaderText && /^\d{1,10}(?:, ?[\w=-]+)*$/.test(rest) ? rest : undefined;
}
