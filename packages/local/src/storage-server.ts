import { join } from 'node:path';
import type { LocalKeys } from './data-folder/keys.ts';
import type { SigningKey } from './data-folder/signing-key.ts';
import { createHostCheck } from './http/allowed-hosts.ts';
import { createFaults, type Faults } from './http/faults.ts';
import { type LocalServer, startLocalServer } from './http/local-server.ts';
import type { LocalLog } from './lib/log.ts';
import { openByteDepot } from './storage/byte-depot.ts';
import { createAuthenticate } from './storage/caller.ts';
import type { StorageContext } from './storage/context.ts';
import { openStorageDatabase } from './storage/database.ts';
import {
  type Exchange,
  openExchange,
  requireAuthorization,
  sendError,
  sendJson,
  sendText,
} from './storage/exchange.ts';
import { openImageResizer } from './storage/images/image-resizer.ts';
import { sendTusError } from './storage/resumable/tus-answer.ts';
import { openTusDepot } from './storage/resumable/tus-depot.ts';
import { createTusRoutes } from './storage/resumable/tus-routes.ts';
import { startTusSweep } from './storage/resumable/tus-sweep.ts';
import { BadUrlError, pathSegments } from './storage/route-path.ts';
import { bucketRoutes } from './storage/routes/buckets.ts';
import { objectRoutes } from './storage/routes/objects.ts';
import { renderRoutes } from './storage/routes/render.ts';
import { refuse, StorageError } from './storage/storage-error.ts';
import { createUrlSigner } from './storage/url-signer.ts';

export interface StorageServerOptions {
  /** Logs in as supabase_storage_admin, who owns the storage tables. */
  postgresUrl: string;
  /** Bytes lie in its folder `storage`. */
  dataDir: string;
  keys: LocalKeys;
  /** User tokens are signed with it, beside those of the project's secret. */
  signing?: SigningKey | undefined;
  log: LocalLog;
  /** Where clients find this server, for `Location`; else the request's own host. */
  publicUrl?: string | undefined;
  /** @default 500 MiB, as in Supabase's own setup */
  maxFileBytes?: number | undefined;
  /** Whether images are resized, which needs the package sharp. @default where that is installed */
  imageTransformation?: boolean | undefined;
  /** Milliseconds between two searches for abandoned uploads. @default an hour */
  sweepEveryMs?: number | undefined;
  /** Names that may stand in `Host` beside localhost, 127.0.0.1 and [::1]. */
  allowedHosts?: readonly string[] | undefined;
}

export interface StorageServer extends LocalServer {
  /** Images are resized. */
  readonly imageTransformation: boolean;
  readonly faults: Faults;
}

/** Supabase Storage on a folder: buckets, objects, signed URLs and resumable uploads under row level security. */
export async function startStorageServer(options: StorageServerOptions): Promise<StorageServer> {
  const { keys, log, postgresUrl } = options;
  const folder = join(options.dataDir, 'storage');
  const depot = await openByteDepot(folder);
  const tusDepot = await openTusDepot(join(folder, 'resumable'));
  const database = openStorageDatabase(postgresUrl);
  const images = options.imageTransformation === false ? undefined : await openImageResizer();
  const context: StorageContext = {
    database,
    depot,
    authenticate: createAuthenticate(keys.jwtSecret, options.signing),
    signer: createUrlSigner(keys.jwtSecret),
    transformsImages: images !== undefined,
    log,
    maxFileBytes: options.maxFileBytes ?? 500 * 1024 * 1024,
  };
  const known = await database.sql<{ version: string }[]>`
    select version from storage.objects where version is not null`;
  const removed = await depot.sweep(new Set(known.map(({ version }) => version)));
  if (removed > 0) log.info({ files: removed }, 'removed stored bytes that no object has');

  const tus = createTusRoutes(
    context,
    tusDepot,
    (exchange, path) => publicOrigin(exchange, options.publicUrl) + path,
  );
  const faults = createFaults();

  async function route(exchange: Exchange): Promise<void> {
    const { path, method, request, response } = exchange;
    if (await faults.apply(request, response)) return;
    const [first, ...rest] = pathSegments(path);
    if (first === 'status' && rest.length === 0) return sendText(exchange, 200, '');
    if (first === 'version' && rest.length === 0) return sendText(exchange, 200, '0.0.0');
    if (first === 'health' && rest.length === 0) return await health(exchange);
    if (first === 'bucket') return await bucketRoutes(context, exchange, rest);
    if (first === 'object') return await objectRoutes(context, exchange);
    if (first === 'upload' && rest[0] === 'resumable') return await tusRoute(exchange, rest.slice(1));
    if (first === 'cdn' && method === 'DELETE') return await purge(exchange);
    if (first === 'render' && images) return await renderRoutes(context, images, exchange);
    if (first === 'render') throw refuse.noRoute(method, exchange.url);
    if (first === 's3' || first === 'vector' || first === 'iceberg') throw refuse.notConfigured(first);
    sendJson(exchange, 404, {
      message: `Route ${method}:${exchange.url} not found`,
      error: 'Not Found',
      statusCode: 404,
    });
  }

  async function health(exchange: Exchange): Promise<void> {
    await context.authenticate(exchange.request.headers.authorization ?? '');
    const healthy = await database.sql`select 1`.then(
      () => true,
      () => false,
    );
    sendJson(exchange, 200, { healthy });
  }

  async function purge(exchange: Exchange): Promise<void> {
    const caller = await context.authenticate(requireAuthorization(exchange));
    if (caller.role !== 'service_role') throw refuse.accessDenied('Access denied: Invalid role', 403);
    throw refuse.missingParameter('CDN_PURGE_ENDPOINT_URL is not set');
  }

  async function tusRoute(exchange: Exchange, rest: string[]): Promise<void> {
    if (exchange.method === 'OPTIONS') return tus.options(exchange);
    const signed = rest[0] === 'sign';
    const [id] = signed ? rest.slice(1) : rest;
    // Who calls is asked before the protocol begins, and refused in the other routes' shape.
    const caller = signed
      ? undefined
      : await context.authenticate(exchange.request.headers.authorization ?? '');
    try {
      if (caller) await tus.withToken(exchange, caller, id);
      else await tus.signed(exchange, id);
    } catch (error) {
      sendTusError(exchange, error);
    }
  }

  const server = await startLocalServer({
    isOurs: createHostCheck(options.allowedHosts),
    http: { keepAliveTimeout: 61_000, requestTimeout: 0 },
    answer: (request, response) => route(openExchange(request, response)),
    fail(error, request, response) {
      const exchange = openExchange(request, response);
      if (error instanceof BadUrlError) {
        const body = {
          error: 'Bad Request',
          code: 'FST_ERR_BAD_URL',
          message: error.message,
          statusCode: 400,
        };
        sendJson(exchange, 400, body, 'application/json');
        return;
      }
      if (!request.destroyed && !(error instanceof StorageError))
        log.error({ err: error }, 'storage request failed');
      sendError(exchange, error);
    },
  });
  const sweeping = await startTusSweep(tusDepot, log, options.sweepEveryMs);
  return {
    url: server.url,
    imageTransformation: images !== undefined,
    faults,
    async close() {
      await server.close();
      await sweeping.stop();
      await database.close();
    },
  };
}

/** Storage believes its proxy about host, port and scheme; a path prefix it takes only from its configuration. */
function publicOrigin({ request }: Exchange, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl.endsWith('/') ? publicUrl.slice(0, -1) : publicUrl;
  const forwarded = request.headers['x-forwarded-host'];
  const scheme = request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  if (typeof forwarded !== 'string') return `${scheme}://${request.headers.host}`;
  const port = request.headers['x-forwarded-port'];
  return `${scheme}://${forwarded}${typeof port === 'string' && !forwarded.includes(':') ? `:${port}` : ''}`;
}
