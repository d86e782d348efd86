import { pipeline } from 'node:stream/promises';
import type { StorageContext } from './context.ts';
import { type Exchange, header } from './exchange.ts';
import type { ObjectRow } from './object-rows.ts';
import { refuse } from './storage-error.ts';

/**
 * Answers with an object's bytes. Single ranges only; If-None-Match by plain text equality; HEAD from the row alone.
 * `expires` (seconds since the epoch) takes the place of cache-control for signed URLs.
 */
export async function sendObject(
  { depot, log }: StorageContext,
  exchange: Exchange,
  row: ObjectRow,
  expires?: number,
): Promise<void> {
  const { response, method } = exchange;
  const { metadata } = row;
  const headers = objectHeaders(exchange, row, expires);
  if (method === 'HEAD') {
    response.writeHead(200, headers).end();
    return;
  }
  const known = header(exchange, 'if-none-match');
  if (isUnchanged(metadata, known, header(exchange, 'if-modified-since'))) {
    response.writeHead(304, { ...headers, 'content-length': 0 }).end();
    return;
  }
  if (known !== undefined && headers['cache-control'] !== undefined) {
    headers['cache-control'] = `${headers['cache-control']}, stale-while-revalidate=30`;
  }
  const range = parseRange(header(exchange, 'range'), metadata.size);
  const stream = depot.read(row.version, range);
  // Only once the file is open is it certain that there is an answer to give.
  await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
  if (range) {
    response.writeHead(206, {
      ...headers,
      'content-length': range.end - range.start + 1,
      'content-range': `bytes ${range.start}-${range.end}/${metadata.size}`,
    });
  } else {
    response.writeHead(200, headers);
  }
  await pipeline(stream, response).catch((cause: unknown) => {
    if (!response.destroyed) log.warn({ cause }, 'a download broke off');
  });
}

/** What an answer with the whole object says of it. */
export function objectHeaders(
  { query }: Exchange,
  { metadata }: ObjectRow,
  expires?: number,
): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    'accept-ranges': 'bytes',
    // A browser would run HTML in the origin of the storage.
    'content-type': /text\/html/i.test(metadata.mimetype) ? 'text/plain' : metadata.mimetype,
    etag: metadata.eTag,
    'x-robots-tag': metadata.xRobotsTag ?? 'none',
    'last-modified': new Date(metadata.lastModified).toUTCString(),
    'content-length': metadata.size,
  };
  if (expires === undefined) headers['cache-control'] = metadata.cacheControl;
  else headers['expires'] = new Date(expires * 1000).toUTCString();
  const disposition = contentDisposition(query.get('download'));
  if (disposition !== undefined) headers['content-disposition'] = disposition;
  return headers;
}

function isUnchanged(
  metadata: ObjectRow['metadata'],
  known: string | undefined,
  since: string | undefined,
): boolean {
  if (known !== undefined) return known === metadata.eTag;
  if (since === undefined) return false;
  const moment = Date.parse(since);
  // Milliseconds against whole seconds: echoing Last-Modified never matches, in Storage's file backend either.
  return !Number.isNaN(moment) && Date.parse(metadata.lastModified) <= moment;
}

/** Undefined without a header. Throws InvalidRange for anything but one satisfiable range of bytes. */
function parseRange(text: string | undefined, size: number): { start: number; end: number } | undefined {
  if (text === undefined) return undefined;
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? [];
  if (from === '' && to === '') throw refuse.range();
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end || start >= size) throw refuse.range();
  return { start, end };
}

function contentDisposition(download: string | null): string | undefined {
  if (download === null) return undefined;
  if (download === '') return 'attachment;';
  const name = encodeURIComponent(download);
  return `attachment; filename=${name}; filename*=UTF-8''${name}`;
}
