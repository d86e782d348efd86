import type { StorageContext } from '../context.ts';
import { type Exchange, readFields, readJson, requireAuthorization, sendJson } from '../exchange.ts';
import { type ObjectRow, printObject } from '../object-rows.ts';
import { checkKey } from '../object-rules.ts';
import type { ObjectPath } from '../route-path.ts';
import { refuse } from '../storage-error.ts';

/** Tells a file that the caller may not delete (Access denied) from one that is not there. */
export async function deleteOne(
  context: StorageContext,
  exchange: Exchange,
  { bucket, key }: ObjectPath,
): Promise<void> {
  const { database, depot } = context;
  await readJson(exchange);
  const caller = await context.authenticate(requireAuthorization(exchange));
  checkKey(key);
  const removed = await database.as(
    caller,
    'storage.object.delete',
    async (tx) =>
      await tx<{ version: string }[]>`
      delete from storage.objects where bucket_id = ${bucket} and name = ${key} returning version`,
  );
  if (removed.length === 0) {
    const there =
      await database.sql`select from storage.objects where bucket_id = ${bucket} and name = ${key}`;
    throw there.length > 0 ? refuse.accessDenied('Access denied') : refuse.noSuchKey();
  }
  await depot.remove(removed.map(({ version }) => version));
  sendJson(exchange, 200, { message: 'Successfully deleted' });
}

/** Exact keys, though the field is called `prefixes`. What was hidden or missing is just absent from the answer. */
export async function deleteMany(context: StorageContext, exchange: Exchange, bucket: string): Promise<void> {
  const { database, depot } = context;
  const body = await readFields(exchange);
  body.require('prefixes');
  const keys = body.strings('prefixes', { min: 1 }) ?? [];
  const caller = await context.authenticate(requireAuthorization(exchange));
  const removed = await database.as(
    caller,
    'storage.object.delete_many',
    async (tx) =>
      await tx<ObjectRow[]>`
      delete from storage.objects where bucket_id = ${bucket} and name = any(${keys})
      returning name, bucket_id, owner, owner_id, version, id, updated_at, created_at, last_accessed_at, metadata,
        user_metadata`,
  );
  await depot.remove(removed.map(({ version }) => version));
  sendJson(exchange, 200, removed.map(printObject));
}
