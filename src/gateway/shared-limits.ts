import { createHeldBytes, type HeldBytes } from '../http/graphql/multipart/held-bytes.ts';
import { type ByteBudget, createByteBudget } from '../lib/byte-budget.ts';
import { createPlaces, type Places } from '../lib/places.ts';
import { type ClientPlaces, createClientPlaces } from '../limits/client-places.ts';
import { createFieldRateLimit, type FieldRateLimit, failedAttempts } from '../limits/field-rate-limit.ts';
import { createMemoryRateLimiter } from '../limits/memory-rate-limiter.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Config } from './config.ts';

/** What all callers of a gateway share, and how much of it one may have. */
export interface SharedLimits {
  readonly rateLimit: FieldRateLimit;
  readonly places: ClientPlaces;
  readonly operationPlaces: Places<'operation'>;
  readonly bodies: ByteBudget;
  readonly heldFiles: HeldBytes;
}

/** The limits over all requests, with their figures in the metrics. */
export function createSharedLimits(config: Config, metrics: Metrics): SharedLimits {
  const { server, websocket, rateLimits } = config;
  const places = createClientPlaces(
    { max: websocket.maxSockets, maxPerClient: websocket.maxSocketsPerClient },
    metrics.limitHit,
  );
  const operationPlaces = createPlaces(
    { max: Number.POSITIVE_INFINITY, maxPerClient: websocket.maxOperationsPerClient },
    ['operation'],
    () => metrics.limitHit('WS_MAX_OPERATIONS_PER_CLIENT'),
  );
  const heldFiles = createHeldBytes({
    maxRequestBytes: server.maxUploadHeldBytes,
    maxTotalBytes: server.maxUploadsHeldBytes,
  });
  const bodies = createByteBudget(
    {
      maxBytes: server.maxBodiesBytes,
      maxBytesPerClient: Math.max(server.maxBodiesBytes / 4, server.maxBodyBytes),
    },
    () => metrics.limitHit('MAX_BODIES'),
  );
  const limiter = createMemoryRateLimiter({ maxKeys: rateLimits.maxKeys });
  metrics.limitHit(failedAttempts, 0);
  metrics.holdings('bunbun_client_connections', 'What WS_MAX_SOCKETS bounds, by kind.', places.taken);
  metrics.holdings('bunbun_held_bytes', 'Bytes that are held for requests, by what they are.', () => ({
    files: heldFiles.total(),
    bodies: bodies.held,
  }));
  return {
    rateLimit: createFieldRateLimit(limiter, rateLimits.byField, metrics),
    places,
    operationPlaces,
    bodies,
    heldFiles,
  };
}
