import { randomUUID } from 'node:crypto';
import type { StorageCaller } from './caller.ts';
import { isRecord } from './checked-object.ts';
import type { StorageContext } from './context.ts';
import { type Exchange, header } from './exchange.ts';
import { readMultipartFile } from './multipart-file.ts';
import {
  type BucketRow,
  checkAbsent,
  checkMayWrite,
  commitObject,
  findBucket,
  newMetadata,
} from './object-rows.ts';
import { checkHeaderText, checkMimeType, checkNewKey, checkRobotsTag } from './object-rules.ts';
import { refuse } from './storage-error.ts';

interface UploadTarget {
  bucket: string;
  key: string;
  upsert: boolean;
  /** Row level security was asked when the URL was signed: then nobody is asked here. */
  caller: StorageCaller | undefined;
  sub: string | undefined;
}

interface Incoming {
  body: AsyncIterable<Uint8Array>;
  mimetype: string;
  cacheControl: string;
  userMetadata: Record<string, unknown>;
  xRobotsTag: string | undefined;
  /** Raw bodies without a declared length are not limited: Storage behaviour. */
  limited: boolean;
}

/** Stores the request's body as the object. Nothing shows before all of it is safe on disk. */
export async function upload(
  context: StorageContext,
  exchange: Exchange,
  target: UploadTarget,
): Promise<{ Key: string; Id: string }> {
  const { database, depot } = context;
  const { bucket, key, upsert, caller } = target;
  const row = await findBucket(database, bucket);
  const limit = Math.min(row.file_size_limit ?? Number.POSITIVE_INFINITY, context.maxFileBytes);
  const incoming = await readIncoming(exchange, row, key, limit);
  checkNewKey(bucket, key);
  const version = randomUUID();
  if (caller)
    await checkMayWrite(database, caller, { bucket, key, version }, upsert, 'storage.object.upload');
  else if (!upsert) await checkAbsent(database, bucket, key);
  const bytes = await depot.write(
    incoming.body,
    (size) => {
      if (incoming.limited && size > limit) throw refuse.tooLarge();
    },
    version,
  );
  return await settle(context, target, bytes, incoming);
}

async function settle(
  context: StorageContext,
  target: UploadTarget,
  bytes: { version: string; size: number; etag: string },
  incoming: Incoming,
): Promise<{ Key: string; Id: string }> {
  const { database, depot } = context;
  try {
    const { id, replaced } = await commitObject(database, {
      ...target,
      version: bytes.version,
      metadata: newMetadata(bytes, incoming),
      userMetadata: incoming.userMetadata,
    });
    if (replaced !== undefined) await depot.remove([replaced]);
    return { Key: `${target.bucket}/${target.key}`, Id: id };
  } catch (error) {
    await depot.remove([bytes.version]);
    throw error;
  }
}

async function readIncoming(
  exchange: Exchange,
  bucket: BucketRow,
  key: string,
  limit: number,
): Promise<Incoming> {
  const contentType = header(exchange, 'content-type') ?? 'application/octet-stream';
  const xRobotsTag = header(exchange, 'x-robots-tag');
  if (xRobotsTag !== undefined) checkRobotsTag(xRobotsTag);
  // Consoles make folders with an empty file of this name, in buckets for pictures too.
  const mimeTypes = key.endsWith('/.emptyFolderPlaceholder') ? null : bucket.allowed_mime_types;
  if (/^multipart\/form-data\b/i.test(contentType)) {
    const file = await readMultipartFile(exchange.request);
    try {
      const mimetype = file.fields.get('contentType') ?? file.mimeType;
      checkMimeType(mimetype, mimeTypes);
      const seconds = file.fields.get('cacheControl');
      checkHeaderText(mimetype);
      checkHeaderText(seconds ?? '');
      return {
        body: file.stream,
        mimetype,
        cacheControl: seconds === undefined ? 'no-cache' : `max-age=${seconds}`,
        userMetadata: parseMetadata(file.fields.get('metadata') ?? file.fields.get('userMetadata')),
        xRobotsTag,
        limited: true,
      };
    } catch (error) {
      file.stream.resume();
      throw error;
    }
  }
  const declared = header(exchange, 'content-length');
  if (declared !== undefined && Number(declared) > limit) throw refuse.tooLarge();
  checkMimeType(contentType, mimeTypes);
  return {
    body: exchange.request.iterator({ destroyOnReturn: false }),
    mimetype: contentType,
    cacheControl: header(exchange, 'cache-control') ?? 'no-cache',
    userMetadata: parseMetadata(fromBase64(header(exchange, 'x-metadata'))),
    xRobotsTag,
    limited: declared !== undefined,
  };
}

export function fromBase64(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

/** User metadata as JSON text; what is not a JSON object is dropped, as Storage does. */
export function parseMetadata(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
