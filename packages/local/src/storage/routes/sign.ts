import { randomUUID } from 'node:crypto';
import type { StorageContext } from '../context.ts';
import { sendObject } from '../download.ts';
import {
  type Exchange,
  header,
  isTrue,
  readFields,
  readJson,
  requireAuthorization,
  sendJson,
} from '../exchange.ts';
import { printTransform, readTransform } from '../images/image-transform.ts';
import { checkMayWrite, findObject } from '../object-rows.ts';
import { checkKey, checkNewKey } from '../object-rules.ts';
import type { ObjectPath } from '../route-path.ts';
import { refuse } from '../storage-error.ts';
import { upload } from '../upload.ts';

const missing = 'Either the object does not exist or you do not have access to it';

/** A URL to read one object without a token of one's own; needs SELECT, in public buckets too. */
export async function signOne(
  context: StorageContext,
  exchange: Exchange,
  { bucket, key }: ObjectPath,
): Promise<void> {
  const body = await readFields(exchange);
  body.require('expiresIn');
  const seconds = body.integer('expiresIn', { min: 1 }) ?? 1;
  const transform = body.object('transform');
  // Ignored where nothing is transformed.
  const transformations =
    transform && context.transformsImages ? printTransform(readTransform(transform)) : '';
  const caller = await context.authenticate(requireAuthorization(exchange));
  checkKey(key);
  await context.database.as(caller, 'storage.object.sign', (tx) => findObject(tx, bucket, key));
  sendJson(exchange, 200, { signedURL: await signedUrl(context, bucket, key, seconds, transformations) });
}

/** Always 200: what cannot be signed says so in its own entry. */
export async function signMany(context: StorageContext, exchange: Exchange, bucket: string): Promise<void> {
  const body = await readFields(exchange);
  body.require('expiresIn', 'paths');
  const seconds = body.integer('expiresIn', { min: 1 }) ?? 1;
  const paths = body.strings('paths', { min: 1, max: 1000 }) ?? [];
  const caller = await context.authenticate(requireAuthorization(exchange));
  const visible = await context.database.as(
    caller,
    'storage.object.sign_many',
    async (tx) =>
      await tx<{ name: string }[]>`
      select name from storage.objects where bucket_id = ${bucket} and name = any(${paths})`,
  );
  const names = new Set(visible.map(({ name }) => name));
  const answers = paths.map(async (path) =>
    names.has(path)
      ? { error: null, path, signedURL: await signedUrl(context, bucket, path, seconds) }
      : { error: missing, path, signedURL: null },
  );
  sendJson(exchange, 200, await Promise.all(answers));
}

async function signedUrl(
  { signer }: StorageContext,
  bucket: string,
  key: string,
  seconds: number,
  transformations = '',
): Promise<string> {
  const target = `${bucket}/${key}`;
  const route = transformations === '' ? '/object/sign' : '/render/image/sign';
  return `${route}/${target}?token=${await signer.signDownload(target, seconds, transformations)}`;
}

export async function readSigned(
  context: StorageContext,
  exchange: Exchange,
  { bucket, key }: ObjectPath,
): Promise<void> {
  const { expires } = await context.signer.verifyDownload(requireToken(exchange), `${bucket}/${key}`);
  checkKey(key);
  await sendObject(context, exchange, await findObject(context.database.sql, bucket, key), expires);
}

/** A URL to write one object; policies are asked now, and not again when the bytes come. */
export async function signUpload(
  context: StorageContext,
  exchange: Exchange,
  { bucket, key }: ObjectPath,
): Promise<void> {
  await readJson(exchange);
  const caller = await context.authenticate(requireAuthorization(exchange));
  const upsert = isTrue(header(exchange, 'x-upsert'));
  checkNewKey(bucket, key);
  const object = { bucket, key, version: randomUUID() };
  await checkMayWrite(context.database, caller, object, upsert, 'storage.object.sign_upload_url');
  const target = `${bucket}/${key}`;
  const token = await context.signer.signUpload(target, { upsert, owner: caller.sub });
  sendJson(exchange, 200, { url: `/object/upload/sign/${target}?token=${token}`, token });
}

/** The token alone says whether it may overwrite: the request's own x-upsert is not looked at. */
export async function uploadSigned(
  context: StorageContext,
  exchange: Exchange,
  at: ObjectPath,
): Promise<void> {
  const token = requireToken(exchange);
  const { upsert, owner } = await context.signer.verifyUpload(token, `${at.bucket}/${at.key}`);
  const { Key } = await upload(context, exchange, { ...at, upsert, caller: undefined, sub: owner });
  sendJson(exchange, 200, { Key });
}

export function requireToken(exchange: Exchange): string {
  const token = exchange.query.get('token');
  if (token === null) throw refuse.validation("querystring must have required property 'token'");
  return token;
}
