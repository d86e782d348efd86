import type { TransactionSql } from 'postgres';
import { ownerOf, type StorageCaller } from './caller.ts';
import type { StorageDatabase } from './database.ts';
import { refuse } from './storage-error.ts';

export interface BucketRow {
  id: string;
  name: string;
  owner: string | null;
  public: boolean;
  type?: string;
  file_size_limit: number | null;
  allowed_mime_types: string[] | null;
  created_at: Date;
  updated_at: Date;
}

export interface ObjectMetadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
  xRobotsTag?: string;
}

export interface ObjectRow {
  name: string;
  bucket_id: string;
  owner: string | null;
  owner_id: string | null;
  version: string;
  id: string;
  updated_at: Date;
  created_at: Date;
  last_accessed_at: Date;
  metadata: ObjectMetadata;
  user_metadata: Record<string, unknown> | null;
}

/** A new version's row, before Postgres has filled in the rest. */
export interface NewObject {
  bucket: string;
  key: string;
  version: string;
  sub: string | undefined;
  metadata?: ObjectMetadata;
  userMetadata?: Record<string, unknown> | null;
}

const columns =
  'name, bucket_id, owner, owner_id, version, id, updated_at, created_at, last_accessed_at, metadata, user_metadata';

/** The bucket, whoever asks: its existence is no secret. Throws NoSuchBucket. */
export async function findBucket(database: StorageDatabase, id: string): Promise<BucketRow> {
  const [row] = await database.sql<BucketRow[]>`
    select id, name, owner, public, file_size_limit::float8 as file_size_limit, allowed_mime_types, created_at,
      updated_at
    from storage.buckets where id = ${id}`;
  if (!row) throw refuse.noSuchBucket();
  return row;
}

/** The row as far as `sql`'s role may see it. Throws NoSuchKey. */
export async function findObject(
  sql: TransactionSql | StorageDatabase['sql'],
  bucket: string,
  key: string,
): Promise<ObjectRow> {
  const [row] = await sql<ObjectRow[]>`
    select ${sql.unsafe(columns)} from storage.objects where bucket_id = ${bucket} and name = ${key}`;
  if (!row) throw refuse.noSuchKey();
  return row;
}

/**
 * Inserts, or with `upsert` replaces, a row. It asks nothing back, so that a caller who may insert but not read
 * succeeds.
 */
async function putObject(sql: TransactionSql, object: NewObject, upsert: boolean): Promise<void> {
  const { owner, owner_id } = ownerOf(object.sub);
  const row = {
    bucket_id: object.bucket,
    name: object.key,
    version: object.version,
    owner,
    owner_id,
    metadata: object.metadata === undefined ? null : sql.json({ ...object.metadata }),
    user_metadata: jsonOrNull(sql, object.userMetadata),
  };
  if (upsert) {
    await sql`
      insert into storage.objects ${sql(row)}
      on conflict (bucket_id, name) do update set
        version = excluded.version, owner = excluded.owner, owner_id = excluded.owner_id,
        metadata = excluded.metadata, user_metadata = excluded.user_metadata`;
  } else {
    await sql`insert into storage.objects ${sql(row)}`;
  }
}

function jsonOrNull(sql: TransactionSql, value: Record<string, unknown> | null | undefined) {
  if (value === undefined || value === null) return null;
  return sql.json(JSON.parse(JSON.stringify(value)));
}

/** Throws what row level security says of writing this key; writes nothing. */
export async function checkMayWrite(
  database: StorageDatabase,
  caller: StorageCaller,
  object: { bucket: string; key: string; version: string },
  upsert: boolean,
  operation: string,
): Promise<void> {
  await database.tryAs(caller, operation, (tx) => putObject(tx, { ...object, sub: caller.sub }, upsert));
}

/** For a writer whom no policy judges any more. Throws KeyAlreadyExists. */
export async function checkAbsent(database: StorageDatabase, bucket: string, key: string): Promise<void> {
  const found = await database.sql`
    select from storage.objects where bucket_id = ${bucket} and name = ${key}`;
  if (found.length > 0) throw refuse.duplicate('KeyAlreadyExists');
}

/** Makes `object` the key's content and tells its id and the version that it replaced. */
export async function commitObject(
  database: StorageDatabase,
  object: NewObject,
): Promise<{ id: string; replaced: string | undefined }> {
  return await database.asOwner(async (tx) => {
    // One writer of a key at a time, or two could each believe that they replaced the same version.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`${object.bucket}/${object.key}`}, 0))`;
    const [before] = await tx<{ version: string }[]>`
      select version from storage.objects where bucket_id = ${object.bucket} and name = ${object.key} for update`;
    await putObject(tx, object, true);
    const [after] = await tx<{ id: string }[]>`
      select id from storage.objects where bucket_id = ${object.bucket} and name = ${object.key}`;
    if (!after) throw refuse.internal();
    return { id: after.id, replaced: before?.version };
  });
}

export function newMetadata(
  bytes: { size: number; etag: string },
  described: { mimetype: string; cacheControl: string; xRobotsTag?: string | undefined },
): ObjectMetadata {
  return {
    eTag: bytes.etag,
    size: bytes.size,
    mimetype: described.mimetype,
    cacheControl: described.cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: bytes.size,
    httpStatusCode: 200,
    ...(described.xRobotsTag === undefined ? {} : { xRobotsTag: described.xRobotsTag }),
  };
}

/** Rows as Storage prints them: a missing owner is empty text. */
export function printObject(row: ObjectRow) {
  return { ...row, owner: row.owner ?? '', owner_id: row.owner_id ?? '' };
}
