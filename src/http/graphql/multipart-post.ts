import type { OperationEngine } from '../../graphql/engine/engine.ts';
import { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import type { ByteHold } from '../../lib/byte-budget.ts';
import type { Logger } from '../../observability/logger.ts';
import { type BodyLimits, maxBytesOf } from './body-limits.ts';
import { csrfMessage, isNoForeignPage } from './csrf.ts';
import { type MultipartLimits, readMultipart } from './multipart/read-multipart.ts';
import { type Exchange, json, jsonMediaType, refuseRequest, sendResult } from './result.ts';

export type UploadLimits = Pick<MultipartLimits, 'maxFileBytes' | 'maxFiles' | 'held' | 'paceMs'>;

export interface MultipartPostDeps extends BodyLimits {
  readonly engine: OperationEngine;
  readonly upload: UploadLimits;
  readonly log: Logger;
}

/** Serves operations with files. These flow through while it runs; the answer may come before all of them have. */
export function createMultipartPost(deps: MultipartPostDeps) {
  const { engine, upload, log } = deps;

  return async function post(exchange: Exchange, hold: ByteHold): Promise<void> {
    const { request, transport } = exchange;
    const mediaType = jsonMediaType(request.headers.accept) ?? json;
    try {
      if (!isNoForeignPage((name) => request.headersDistinct[name]?.[0])) throw csrfError();
      const maxFieldBytes = await maxBytesOf(transport, deps);
      const { operation, release } = await readMultipart(request, { maxFieldBytes, hold, ...upload });
      try {
        const prepared = await engine.prepare(operation, transport);
        if (prepared.type === 'refused') {
          sendResult(exchange, prepared.result, { mediaType });
          return;
        }
        if (prepared.type === 'subscription') {
          throw badInput([], 'A subscription cannot come as a multipart request.');
        }
        const outcome = await prepared.run();
        if (Symbol.asyncIterator in outcome) throw new Error('an operation with files gave a stream');
        sendResult(exchange, outcome, { mediaType, secret: prepared.secretAnswer });
      } finally {
        release();
      }
    } catch (error) {
      refuseRequest(exchange, error, log);
    }
  };
}

function csrfError(): AppError {
  return new AppError('FORBIDDEN', csrfMessage, { details: { reason: 'csrf' } });
}
