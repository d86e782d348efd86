import type { OperationEngine } from '../../graphql/engine/engine.ts';
import { AppError } from '../../lib/app-error.ts';
import type { ByteHold } from '../../lib/byte-budget.ts';
import { clientOf } from '../../limits/client-places.ts';
import type { Logger } from '../../observability/logger.ts';
import { readBody } from '../request-body.ts';
import { type BodyLimits, maxBytesOf } from './body-limits.ts';
import { createLargeBodyTurns } from './large-body-turns.ts';
import { paramsIn } from './request-params.ts';
import { type Exchange, jsonMediaType, refuseRequest, sendRefusal, sendResult } from './result.ts';

export interface JsonPostDeps extends BodyLimits {
  readonly engine: OperationEngine;
  readonly log: Logger;
  /** Answers what is to be answered in another way than with one JSON text, or is no well-formed request. */
  otherwise(exchange: Exchange, body: Buffer | undefined): Promise<void>;
}

/** Serves the requests that nearly all are: queries and mutations that come as JSON. */
export function createJsonPost(deps: JsonPostDeps) {
  const { engine, log, otherwise } = deps;
  const turn = createLargeBodyTurns();

  return async function post(exchange: Exchange, hold: ByteHold): Promise<void> {
    const { request, transport } = exchange;
    let body: Buffer | undefined;
    try {
      body = await readBody(request, {
        most: deps.maxJsonBytes,
        raised: () => maxBytesOf(transport, deps),
        hold,
      });
    } catch (error) {
      refuseRequest(exchange, error, log);
      return;
    }
    const waits = turn(clientOf(transport.clientAddress), body.length);
    if (waits) await waits;
    const mediaType = jsonMediaType(request.headers.accept);
    const came = paramsIn(body);
    if (came instanceof AppError) {
      sendRefusal(exchange, came, log, mediaType);
      return;
    }
    const asked = mediaType && came.params ? engine.prepare(came.params, transport) : undefined;
    const prepared = asked instanceof Promise ? await asked : asked;
    if (!mediaType || !prepared || prepared.type === 'subscription') {
      await otherwise(exchange, body);
      return;
    }
    if (prepared.type === 'refused') {
      sendResult(exchange, prepared.result, { mediaType });
      return;
    }
    // What the operation does not need is not kept for as long as it runs.
    body = undefined;
    came.params = undefined;
    const outcome = await prepared.run();
    if (Symbol.asyncIterator in outcome)
      throw new Error('an operation that is no subscription gave a stream');
    sendResult(exchange, outcome, { mediaType, secret: prepared.secretAnswer });
  };
}
