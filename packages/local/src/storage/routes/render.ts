import type { StorageContext } from '../context.ts';
import { objectHeaders } from '../download.ts';
import { checkQuery, type Exchange, header } from '../exchange.ts';
import type { ImageResizer } from '../images/image-resizer.ts';
import { type ImageTransform, parseTransform, readTransform } from '../images/image-transform.ts';
import { findObject, type ObjectRow } from '../object-rows.ts';
import { checkKey } from '../object-rules.ts';
import { requireObjectPath } from '../route-path.ts';
import { refuse } from '../storage-error.ts';
import { findReadable } from './read.ts';
import { requireToken } from './sign.ts';

/** Largest file that is read as an image: what Supabase allows. */
const maxBytes = 25 * 1024 * 1024;

/** `/render/image`: objects as images of another size, for whoever may read them. */
export async function renderRoutes(
  context: StorageContext,
  images: ImageResizer,
  exchange: Exchange,
): Promise<void> {
  const { method, path, url } = exchange;
  if (method !== 'GET' && method !== 'HEAD') throw refuse.noRoute(method, url);
  for (const access of ['public', 'authenticated'] as const) {
    const prefix = `/render/image/${access}/`;
    if (!path.startsWith(prefix)) continue;
    const at = requireObjectPath(path, prefix, method, url);
    const transform = readTransform(checkQuery(exchange));
    const row = await findReadable(context, exchange, at, access, 'get');
    return await sendImage(context, images, exchange, row, transform);
  }
  const prefix = '/render/image/sign/';
  if (!path.startsWith(prefix)) throw refuse.noRoute(method, url);
  const { bucket, key } = requireObjectPath(path, prefix, method, url);
  const { expires, transformations } = await context.signer.verifyDownload(
    requireToken(exchange),
    `${bucket}/${key}`,
  );
  checkKey(key);
  const row = await findObject(context.database.sql, bucket, key);
  await sendImage(context, images, exchange, row, parseTransform(transformations), expires);
}

async function sendImage(
  { depot }: StorageContext,
  images: ImageResizer,
  exchange: Exchange,
  row: ObjectRow,
  transform: ImageTransform,
  expires?: number,
): Promise<void> {
  if (row.metadata.size > maxBytes) throw refuse.image('The image is larger than 25 MB');
  const chunks: Buffer[] = [];
  for await (const chunk of depot.read(row.version)) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const image = await images.resize(Buffer.concat(chunks), transform, header(exchange, 'accept') ?? '');
  if (image === undefined) throw refuse.image('The file is no image that can be resized');
  const { 'accept-ranges': _whole, ...headers } = objectHeaders(exchange, row, expires);
  exchange.response.writeHead(200, {
    ...headers,
    'content-type': image.contentType,
    'content-length': image.bytes.length,
    vary: 'accept',
  });
  exchange.response.end(exchange.method === 'HEAD' ? undefined : image.bytes);
}
