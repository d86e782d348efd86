import { ownerOf } from '../caller.ts';
import { isRecord } from '../checked-object.ts';
import type { StorageContext } from '../context.ts';
import {
  checkQuery,
  type Exchange,
  readFields,
  readJson,
  requireAuthorization,
  sendJson,
} from '../exchange.ts';
import type { BucketRow } from '../object-rows.ts';
import { checkBucketName, checkMimeList, parseSizeLimit } from '../object-rules.ts';
import { refuse, StorageError } from '../storage-error.ts';

const columns =
  'id, name, owner, public, file_size_limit::float8 as file_size_limit, allowed_mime_types, created_at, updated_at';

/** `/bucket` and what is below it; `parts` are the decoded path segments behind `bucket`. */
export async function bucketRoutes(
  context: StorageContext,
  exchange: Exchange,
  parts: string[],
): Promise<void> {
  const [id, action, ...rest] = parts;
  const { method } = exchange;
  if (id === undefined) {
    if (method === 'POST') return await createBucket(context, exchange);
    if (method === 'GET' || method === 'HEAD') return await listBuckets(context, exchange);
  } else if (action === undefined) {
    if (method === 'GET' || method === 'HEAD') return await getBucket(context, exchange, id);
    if (method === 'PUT') return await updateBucket(context, exchange, id);
    if (method === 'DELETE') return await deleteBucket(context, exchange, id);
  } else if (action === 'empty' && rest.length === 0 && method === 'POST') {
    return await emptyBucket(context, exchange, id);
  }
  throw refuse.noRoute(method, exchange.url);
}

async function createBucket(context: StorageContext, exchange: Exchange): Promise<void> {
  const body = await readFields(exchange);
  body.require('name');
  const name = body.string('name') ?? '';
  const id = body.string('id') ?? name;
  const isPublic = body.boolean('public') ?? false;
  const type = body.oneOf('type', ['STANDARD', 'ANALYTICS']) ?? 'STANDARD';
  const limit = parseSizeLimit(body.raw('file_size_limit'), context.maxFileBytes) ?? null;
  const mimeTypes =
    body.raw('allowed_mime_types') === null ? null : (body.strings('allowed_mime_types') ?? null);
  const caller = await context.authenticate(requireAuthorization(exchange));
  checkBucketName(name);
  checkBucketName(id);
  if (mimeTypes) checkMimeList(mimeTypes);
  await context.database
    .as(caller, 'storage.bucket.create', async (tx) => {
      if (type === 'ANALYTICS') await tx`insert into storage.buckets_analytics ${tx({ name })}`;
      else {
        await tx`insert into storage.buckets ${tx({
          id,
          name,
          ...ownerOf(caller.sub),
          public: isPublic,
          file_size_limit: limit,
          allowed_mime_types: mimeTypes,
        })}`;
      }
    })
    .catch((error: unknown) => {
      const isDuplicate = error instanceof StorageError && error.body.statusCode === '409';
      throw isDuplicate ? refuse.duplicate('BucketAlreadyExists') : error;
    });
  sendJson(exchange, 200, { name });
}

async function listBuckets(context: StorageContext, exchange: Exchange): Promise<void> {
  const query = checkQuery(exchange);
  const limit = query.integer('limit', { min: 1 }) ?? null;
  const offset = query.integer('offset', { min: 0 }) ?? 0;
  const column = query.oneOf('sortColumn', ['id', 'name', 'created_at', 'updated_at']) ?? 'created_at';
  const order = query.oneOf('sortOrder', ['asc', 'desc']) ?? 'asc';
  const search = query.string('search') ?? '';
  const caller = await context.authenticate(requireAuthorization(exchange));
  const rows = await context.database.as(
    caller,
    'storage.bucket.list',
    async (tx) =>
      await tx<BucketRow[]>`
      select id, name, owner, public, type, file_size_limit::float8 as file_size_limit, allowed_mime_types,
        created_at, updated_at
      from storage.buckets
      where strpos(lower(name), lower(${search})) > 0
      order by ${tx(column)} ${order === 'desc' ? tx`desc` : tx`asc`}
      limit ${limit} offset ${offset}`,
  );
  sendJson(exchange, 200, rows.map(printBucket));
}

async function getBucket(context: StorageContext, exchange: Exchange, id: string): Promise<void> {
  const caller = await context.authenticate(requireAuthorization(exchange));
  const [row] = await context.database.as(
    caller,
    'storage.bucket.get',
    async (tx) => await tx<BucketRow[]>`select ${tx.unsafe(columns)} from storage.buckets where id = ${id}`,
  );
  if (!row) throw refuse.noSuchBucket();
  sendJson(exchange, 200, printBucket(row));
}

function printBucket(row: BucketRow) {
  return { ...row, owner: row.owner ?? '' };
}

async function updateBucket(context: StorageContext, exchange: Exchange, id: string): Promise<void> {
  const body = await readFields(exchange);
  const names = ['public', 'file_size_limit', 'allowed_mime_types'];
  if (!names.some((name) => body.has(name))) {
    const missing = names.map((name) => `body must have required property '${name}'`);
    throw refuse.validation(`${missing.join(', ')}, body must match a schema in anyOf`);
  }
  const isPublic = body.boolean('public');
  const limit = parseSizeLimit(body.raw('file_size_limit'), context.maxFileBytes);
  const mimeTypes = body.raw('allowed_mime_types') === null ? null : body.strings('allowed_mime_types');
  const caller = await context.authenticate(requireAuthorization(exchange));
  if (mimeTypes) checkMimeList(mimeTypes);
  const changes = {
    ...(isPublic === undefined ? {} : { public: isPublic }),
    ...(limit === undefined ? {} : { file_size_limit: limit }),
    ...(mimeTypes === undefined ? {} : { allowed_mime_types: mimeTypes }),
  };
  const { count } = await context.database.as(
    caller,
    'storage.bucket.update',
    async (tx) => await tx`update storage.buckets set ${tx(changes)} where id = ${id}`,
  );
  if (count === 0) throw refuse.noSuchBucket();
  sendJson(exchange, 200, { message: 'Successfully updated' });
}

async function emptyBucket(context: StorageContext, exchange: Exchange, id: string): Promise<void> {
  await optionalBody(exchange);
  const caller = await context.authenticate(requireAuthorization(exchange));
  if (caller.role !== 'service_role') throw refuse.accessDenied('Access denied: Invalid role', 403);
  const removed = await context.database.as(caller, 'storage.bucket.empty', async (tx) => {
    const found = await tx`select from storage.buckets where id = ${id}`;
    if (found.length === 0) throw refuse.noSuchBucket();
    return await tx<{ version: string }[]>`
      delete from storage.objects where bucket_id = ${id} returning version`;
  });
  await context.depot.remove(removed.map(({ version }) => version));
  sendJson(exchange, 200, { message: 'Empty bucket has been queued. Completion may take up to an hour.' });
}

async function deleteBucket(context: StorageContext, exchange: Exchange, id: string): Promise<void> {
  await optionalBody(exchange);
  const caller = await context.authenticate(requireAuthorization(exchange));
  await context.database.as(caller, 'storage.bucket.delete', async (tx) => {
    const found = await tx`select from storage.buckets where id = ${id}`;
    if (found.length === 0) throw refuse.noSuchBucket();
    // As the owner: files that the caller cannot see are no less files.
    const [held] = await context.database.sql`select from storage.objects where bucket_id = ${id} limit 1`;
    if (held) throw refuse.notEmpty();
    const { count } = await tx`delete from storage.buckets where id = ${id}`;
    if (count === 0) throw refuse.noSuchBucket();
  });
  sendJson(exchange, 200, { message: 'Successfully deleted' });
}

/** These two routes alone put up with a JSON content type and no body. */
async function optionalBody(exchange: Exchange): Promise<void> {
  if (exchange.request.headers['content-length'] === '0') return;
  const body = await readJson(exchange);
  if (body !== undefined && !isRecord(body)) throw refuse.validation('body must be object');
}
