import type { StorageCaller } from '../caller.ts';
import type { StorageContext } from '../context.ts';
import { sendObject } from '../download.ts';
import { type Exchange, requireAuthorization, sendJson } from '../exchange.ts';
import { findBucket, findObject, type ObjectRow } from '../object-rows.ts';
import { checkKey } from '../object-rules.ts';
import type { ObjectPath } from '../route-path.ts';
import { refuse } from '../storage-error.ts';

/** `tolerant`: no token, or a bad one, counts as nobody, who may read public buckets. */
export type Access = 'public' | 'authenticated' | 'tolerant';

export async function readRoute(
  context: StorageContext,
  exchange: Exchange,
  at: ObjectPath,
  access: Access,
): Promise<void> {
  await sendObject(context, exchange, await findReadable(context, exchange, at, access, 'get'));
}

export async function infoRoute(
  context: StorageContext,
  exchange: Exchange,
  at: ObjectPath,
  access: Access,
): Promise<void> {
  const row = await findReadable(context, exchange, at, access, 'info');
  const { metadata } = row;
  exchange.response.setHeader('etag', metadata.eTag);
  exchange.response.setHeader('cache-control', metadata.cacheControl);
  exchange.response.setHeader('last-modified', new Date(metadata.lastModified).toUTCString());
  sendJson(exchange, 200, {
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata.size,
    content_type: metadata.mimetype,
    cache_control: metadata.cacheControl,
    etag: metadata.eTag,
    metadata: row.user_metadata ?? {},
    last_modified: row.updated_at,
    created_at: row.created_at,
  });
}

/** The row, if whoever asks may read it. Throws NoSuchBucket, NoSuchKey. */
export async function findReadable(
  context: StorageContext,
  exchange: Exchange,
  { bucket, key }: ObjectPath,
  access: Access,
  what: 'get' | 'info',
): Promise<ObjectRow> {
  const { database } = context;
  const caller = await identify(context, exchange, access);
  checkKey(key);
  const { public: isPublic } = await findBucket(database, bucket);
  // Reading a public bucket by key asks no policy; listing and signing do.
  if (isPublic) return await findObject(database.sql, bucket, key);
  if (!caller) throw refuse.noSuchBucket();
  return await database.as(caller, `storage.object.${what}_authenticated`, (tx) =>
    findObject(tx, bucket, key),
  );
}

async function identify(
  { authenticate }: StorageContext,
  exchange: Exchange,
  access: Access,
): Promise<StorageCaller | undefined> {
  if (access === 'public') return undefined;
  if (access === 'authenticated') return await authenticate(requireAuthorization(exchange));
  const given = exchange.request.headers.authorization;
  if (given === undefined) return undefined;
  return await authenticate(given).catch(() => undefined);
}
