import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { OperationEngine } from '../../graphql/engine/engine.ts';
import type { Transport } from '../../graphql/engine/transport.ts';
import { AppError } from '../../lib/app-error.ts';
import type { ByteBudget, ByteHold } from '../../lib/byte-budget.ts';
import { clientOf } from '../../limits/client-places.ts';
import type { Logger } from '../../observability/logger.ts';
import type { BodyLimits } from './body-limits.ts';
import { createJsonPost } from './json-post.ts';
import { createMultipartPost, type UploadLimits } from './multipart-post.ts';
import { unsupportedUrl } from './request-params.ts';
import { type Exchange, json, jsonMediaType, refuseRequest, sendRefusal } from './result.ts';
import { streamingAccept } from './streaming-accept.ts';
import type { Yoga } from './yoga.ts';

export interface GraphQLHttpDeps extends BodyLimits {
  readonly engine: OperationEngine;
  readonly yoga: Yoga;
  readonly log: Logger;
  /** Counts the JSON of each request until it is answered. */
  readonly bodies: ByteBudget;
  readonly upload: UploadLimits;
  /** True once the process is going down: what is running ends, nothing new begins. */
  readonly draining: () => boolean;
}

/**
 * Serves GraphQL over HTTP. JSON POSTs, which are nearly all there is, go straight to the engine: Yoga's own HTTP
 * layer costs more than everything else together. GET, SSE and unusual Accept headers go through it.
 */
export function createGraphQLHttp(deps: GraphQLHttpDeps) {
  const { yoga, log, bodies, draining } = deps;
  const postJson = createJsonPost({ ...deps, otherwise: throughYoga });
  const postMultipart = createMultipartPost(deps);

  /** What a request holds it holds until it is over, also when its client has left. */
  async function holding(
    exchange: Exchange,
    serve: (exchange: Exchange, hold: ByteHold) => Promise<void>,
  ): Promise<void> {
    const hold = bodies.hold(clientOf(exchange.transport.clientAddress));
    try {
      await serve(exchange, hold);
    } finally {
      hold.release();
    }
  }

  async function throughYoga({ request, response, transport }: Exchange, body?: Buffer): Promise<void> {
    response.setHeader('x-request-id', transport.requestId);
    request.headers.accept = streamingAccept(request.headers.accept);
    // The adapter takes a body that was read already from `request.body`; of bytes it would list all the indexes.
    if (body) Object.assign(request, { body: Readable.from(body, { objectMode: false }) });
    await yoga(request, response, { transport });
  }

  return async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    transport: Transport,
  ): Promise<void> {
    const exchange = { request, response, transport };
    if (draining()) {
      refuseRequest(exchange, new AppError('SHUTTING_DOWN', 'This process is going down: try again.'), log);
      return;
    }
    if (request.method === 'POST') {
      const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
      if (contentType === json) await holding(exchange, postJson);
      else if (contentType === 'multipart/form-data') await holding(exchange, postMultipart);
      else response.writeHead(415, { 'x-request-id': transport.requestId, accept: json }).end();
      return;
    }
    const unsupported = request.method === 'GET' ? unsupportedUrl(request.url ?? '') : undefined;
    if (unsupported) sendRefusal(exchange, unsupported, log, jsonMediaType(request.headers.accept));
    else await throughYoga(exchange);
  };
}
