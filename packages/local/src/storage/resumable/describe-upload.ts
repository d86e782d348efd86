import { randomUUID } from 'node:crypto';
import type { StorageCaller } from '../caller.ts';
import type { StorageContext } from '../context.ts';
import { type Exchange, header } from '../exchange.ts';
import { type BucketRow, findBucket } from '../object-rows.ts';
import { checkHeaderText, checkMimeType, checkNewKey } from '../object-rules.ts';
import { refuse } from '../storage-error.ts';
import { TusError } from './tus-answer.ts';
import type { TusUpload } from './tus-depot.ts';
import { parseUploadMetadata } from './tus-id.ts';

/** Who may write what: a caller, whom the policies judge, or the holder of a signed token. */
export interface Writer {
  caller: StorageCaller | undefined;
  sub: string | undefined;
  upsert: boolean;
  /** `bucket/key` that the signed token is bound to. */
  target: string | undefined;
}

/** The upload that a request wants to begin, checked but not yet begun. Throws TusError and StorageError. */
export async function describeUpload(
  { database, maxFileBytes }: StorageContext,
  exchange: Exchange,
  writer: Writer,
): Promise<TusUpload> {
  const length = parseLength(exchange);
  const text = header(exchange, 'upload-metadata');
  if (text === undefined) throw new TusError(400, 'Metadata header is required');
  const given = parseUploadMetadata(text);
  const bucket = given.get('bucketName') ?? '';
  const key = given.get('objectName') ?? '';
  if (writer.target !== undefined && writer.target !== `${bucket}/${key}`)
    throw refuse.signature('Invalid signature');
  const row = await findBucket(database, bucket);
  checkNewKey(bucket, key);
  if (length !== undefined) checkLength(length, row, maxFileBytes);
  const contentType = given.get('contentType') ?? 'application/octet-stream';
  checkMimeType(contentType, row.allowed_mime_types);
  const seconds = given.get('cacheControl');
  const cacheControl = seconds === undefined ? 'no-cache' : `max-age=${seconds}`;
  checkHeaderText(contentType);
  checkHeaderText(cacheControl);
  return {
    bucket,
    key,
    version: randomUUID(),
    length,
    metadata: text.replace(
      /\bcacheControl [^,]*/,
      `cacheControl ${Buffer.from(cacheControl).toString('base64')}`,
    ),
    contentType,
    cacheControl,
    userMetadata: given.get('metadata'),
    upsert: writer.upsert,
    sub: writer.sub,
    finished: false,
  };
}

/** Throws TusError for an upload that is longer than its bucket, or this server, takes. */
export function checkLength(length: number, { file_size_limit }: BucketRow, maxFileBytes: number): void {
  // Storage behaviour: a bucket limit of 0 means no limit here.
  const limit = Math.min(file_size_limit || Number.POSITIVE_INFINITY, maxFileBytes);
  if (length > limit) throw new TusError(413, 'Maximum size exceeded\n');
}

function parseLength(exchange: Exchange): number | undefined {
  const length = header(exchange, 'upload-length');
  const deferred = header(exchange, 'upload-defer-length');
  if (
    (length === undefined) === (deferred === undefined) ||
    (length !== undefined && !/^\d+$/.test(length))
  ) {
    throw new TusError(400, 'Upload-Length or Upload-Defer-Length header required\n');
  }
  return length === undefined ? undefined : Number(length);
}
