import type { StorageContext } from '../context.ts';
import { type Exchange, header, isTrue, requireAuthorization, sendJson } from '../exchange.ts';
import { bucketPath, objectPath, requireObjectPath } from '../route-path.ts';
import { refuse } from '../storage-error.ts';
import { upload } from '../upload.ts';
import { copyObject, moveObject } from './copy.ts';
import { deleteMany, deleteOne } from './delete.ts';
import { listObjects, listObjectsByCursor } from './list.ts';
import { infoRoute, readRoute } from './read.ts';
import { readSigned, signMany, signOne, signUpload, uploadSigned } from './sign.ts';

type Route = (context: StorageContext, exchange: Exchange) => Promise<void>;

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Everything under `/object`. Fixed names come before buckets: a bucket called `list` is out of reach here. */
export async function objectRoutes(context: StorageContext, exchange: Exchange): Promise<void> {
  const route = fixedRoute(exchange) ?? bucketRoute(exchange);
  if (!route) throw refuse.noRoute(exchange.method, exchange.url);
  await route(context, exchange);
}

function fixedRoute({ method, path }: Exchange): Route | undefined {
  const below = (prefix: string): boolean => path.startsWith(prefix) && path.length > prefix.length;
  if (method === 'POST') {
    if (path === '/object/copy') return copyObject;
    if (path === '/object/move') return moveObject;
    if (below('/object/list/')) return (c, e) => listObjects(c, e, bucketPath(path, '/object/list/'));
    if (below('/object/list-v2/'))
      return (c, e) => listObjectsByCursor(c, e, bucketPath(path, '/object/list-v2/'));
  }
  if (below('/object/upload/sign/')) {
    const handler = method === 'POST' ? signUpload : method === 'PUT' ? uploadSigned : undefined;
    return handler && withPath('/object/upload/sign/', handler);
  }
  if (below('/object/sign/')) {
    if (isRead(method)) return withPath('/object/sign/', readSigned);
    if (method !== 'POST') return undefined;
    if (!objectPath(path, '/object/sign/'))
      return (c, e) => signMany(c, e, bucketPath(path, '/object/sign/'));
    return withPath('/object/sign/', signOne);
  }
  if (!isRead(method)) return undefined;
  for (const access of ['public', 'authenticated'] as const) {
    const info = `/object/info/${access}/`;
    if (below(info)) return withPath(info, (c, e, at) => infoRoute(c, e, at, access));
    const read = `/object/${access}/`;
    if (below(read)) return withPath(read, (c, e, at) => readRoute(c, e, at, access));
  }
  if (below('/object/info/')) return withPath('/object/info/', (c, e, at) => infoRoute(c, e, at, 'tolerant'));
  return undefined;
}

function bucketRoute({ method, path }: Exchange): Route | undefined {
  if (method === 'DELETE' && !objectPath(path, '/object/') && path.length > '/object/'.length) {
    return (c, e) => deleteMany(c, e, bucketPath(path, '/object/'));
  }
  if (isRead(method)) return withPath('/object/', (c, e, at) => readRoute(c, e, at, 'tolerant'));
  if (method === 'DELETE') return withPath('/object/', deleteOne);
  if (method === 'POST' || method === 'PUT') return withPath('/object/', uploadRoute);
  return undefined;
}

function withPath(
  prefix: string,
  handler: (c: StorageContext, e: Exchange, at: { bucket: string; key: string }) => Promise<void>,
): Route {
  return (context, exchange) =>
    handler(context, exchange, requireObjectPath(exchange.path, prefix, exchange.method, exchange.url));
}

async function uploadRoute(
  context: StorageContext,
  exchange: Exchange,
  at: { bucket: string; key: string },
): Promise<void> {
  const caller = await context.authenticate(requireAuthorization(exchange));
  const upsert = exchange.method === 'PUT' || isTrue(header(exchange, 'x-upsert'));
  sendJson(exchange, 200, await upload(context, exchange, { ...at, upsert, caller, sub: caller.sub }));
}
