import type { TransactionSql } from 'postgres';
import { ownerOf } from '../caller.ts';
import type { StorageContext } from '../context.ts';
import { type Exchange, header, isTrue, readFields, requireAuthorization, sendJson } from '../exchange.ts';
import { checkMayWrite, commitObject, findObject, type ObjectRow, printObject } from '../object-rows.ts';
import { checkHeaderText, checkKey, checkNewKey } from '../object-rules.ts';
import { refuse, StorageError } from '../storage-error.ts';
import { fromBase64, parseMetadata } from '../upload.ts';

async function readWay(exchange: Exchange) {
  const body = await readFields(exchange);
  body.require('bucketId', 'sourceKey', 'destinationKey');
  const bucket = body.string('bucketId') ?? '';
  const from = body.string('sourceKey') ?? '';
  const to = body.string('destinationKey') ?? '';
  const toBucket = body.string('destinationBucket') ?? bucket;
  return { body, bucket, from, to, toBucket };
}

/** Needs SELECT and INSERT. The destination bucket's limits are not asked: Storage behaviour. */
export async function copyObject(context: StorageContext, exchange: Exchange): Promise<void> {
  const { database, depot } = context;
  const { body, bucket, from, to, toBucket } = await readWay(exchange);
  const keepsMetadata = body.boolean('copyMetadata') ?? true;
  const described = body.object('metadata');
  const upsert = isTrue(header(exchange, 'x-upsert'));
  const caller = await context.authenticate(requireAuthorization(exchange));
  checkKey(from);
  checkNewKey(toBucket, to);
  const source = await database.as(caller, 'storage.object.copy', (tx) => findObject(tx, bucket, from));
  const version = await depot.copy(source.version);
  try {
    const target = { bucket: toBucket, key: to, version };
    await checkMayWrite(database, caller, target, upsert, 'storage.object.copy');
    const { replaced } = await commitObject(database, {
      ...target,
      sub: caller.sub,
      metadata: {
        ...source.metadata,
        lastModified: new Date().toISOString(),
        ...(keepsMetadata ? {} : describedMetadata(described)),
      },
      userMetadata: keepsMetadata
        ? (source.user_metadata ?? {})
        : parseMetadata(fromBase64(header(exchange, 'x-metadata'))),
    });
    if (replaced !== undefined) await depot.remove([replaced]);
  } catch (error) {
    await depot.remove([version]);
    throw error;
  }
  const row = printObject(await findObject(database.sql, toBucket, to));
  sendJson(exchange, 200, { Key: `${toBucket}/${to}`, Id: row.id, ...row });
}

function describedMetadata(described: ReturnType<Awaited<ReturnType<typeof readFields>>['object']>) {
  const cacheControl = described?.string('cacheControl');
  const mimetype = described?.string('mimetype');
  checkHeaderText(cacheControl ?? '');
  checkHeaderText(mimetype ?? '');
  return {
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(mimetype === undefined ? {} : { mimetype }),
  };
}

/** Needs SELECT and UPDATE. Bytes stay where they are: only the row gets another name. */
export async function moveObject(context: StorageContext, exchange: Exchange): Promise<void> {
  const { bucket, from, to, toBucket } = await readWay(exchange);
  const caller = await context.authenticate(requireAuthorization(exchange));
  checkKey(from);
  checkNewKey(toBucket, to);
  await context.database
    .as(caller, 'storage.object.move', async (tx) => {
      const source = await findObject(tx, bucket, from);
      if (bucket === toBucket && from === to) return;
      await rename(tx, source, toBucket, to, caller.sub);
    })
    .catch((error: unknown) => {
      const isDuplicate = error instanceof StorageError && error.body.code === 'KeyAlreadyExists';
      throw isDuplicate ? refuse.duplicate('ResourceAlreadyExists') : error;
    });
  sendJson(exchange, 200, { message: 'Successfully moved' });
}

async function rename(
  tx: TransactionSql,
  source: ObjectRow,
  bucket: string,
  key: string,
  sub: string | undefined,
): Promise<void> {
  const { owner, owner_id } = ownerOf(sub);
  const { count } = await tx`
    update storage.objects set bucket_id = ${bucket}, name = ${key}, owner = ${owner}, owner_id = ${owner_id}
    where id = ${source.id}`;
  if (count === 0) throw refuse.accessDenied('Access denied');
}
