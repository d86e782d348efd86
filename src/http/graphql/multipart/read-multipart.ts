import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { UploadedFile } from '../../../graphql/kit/uploaded-file.ts';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { ByteHold } from '../../../lib/byte-budget.ts';
import { noRoomForBody } from '../../request-body.ts';
import { usualSpanMs, watchPace } from '../../watch-pace.ts';
import { createFileTurns, type FileTurns } from './file-turns.ts';
import type { HeldBytes } from './held-bytes.ts';
import { type MultipartOperation, parseMap, parseOperations, placeFile } from './place-files.ts';

export interface MultipartLimits {
  /** Bytes of `operations` and of `map`. */
  readonly maxFieldBytes: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  /** Where the bytes are counted that come before the files. */
  readonly hold: ByteHold;
  /** Memory for files that cannot flow straight to their readers. */
  readonly held: HeldBytes;
  /** A sender that is not held back must bring some bytes in every such span. @default `usualSpanMs` */
  readonly paceMs?: number;
}

export interface MultipartRequest {
  readonly operation: MultipartOperation;
  /** Stops reading; what is left of the request is the caller's to drain. */
  release(): void;
}

/** The specification has two; some clients add their own. */
const maxFields = 10;
/** Boundaries, headers of parts and fields that are not read, in a request that is as large as it may be. */
const slackBytes = 64 * 1024;

function tooLarge(what: string, limit: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `The ${what} is over the limit of ${limit} bytes.`, {
    details: { limit },
  });
}

/**
 * Reads a GraphQL multipart request up to its files, and gives the operation as soon as `operations` and `map` are
 * there: the files flow while it runs. Rejects with BAD_USER_INPUT, PAYLOAD_TOO_LARGE or TIMEOUT.
 */
export async function readMultipart(
  request: IncomingMessage,
  limits: MultipartLimits,
): Promise<MultipartRequest> {
  const maxBytesBeforeFiles = 2 * limits.maxFieldBytes + slackBytes;
  const maxBytes = limits.maxFiles * limits.maxFileBytes + maxBytesBeforeFiles;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge('request', maxBytes);
  const parser = createParser(request, limits);
  let operation: MultipartOperation | undefined;
  let turns: FileTurns | undefined;
  let ended: AppError | undefined;
  let seen = 0;
  let stopWatching: () => void = () => undefined;

  const ready = new Promise<MultipartOperation>((resolve, reject) => {
    const fail = (error: AppError): void => {
      ended ??= error;
      turns?.end(error);
      reject(error);
    };
    stopWatching = watchPace({
      spanMs: limits.paceMs ?? usualSpanMs,
      moved: () => seen,
      heldBack: () => request.complete || (turns?.heldBack() ?? false),
      onStill: () => fail(new AppError('TIMEOUT', 'The request came too slowly.')),
    });
    request.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (ended) return;
      const limit = turns ? maxBytes : maxBytesBeforeFiles;
      if (seen <= limit && (turns || limits.hold.grow(chunk.length))) return;
      // Whatever it sends that is no part of a file: nobody would read it to its end.
      request.unpipe(parser).pause();
      fail(seen > limit ? tooLarge('request', limit) : noRoomForBody());
    });
    parser.on('field', (name, value, _nameCut, valueCut) => {
      if (ended || turns) return;
      if (valueCut) return fail(tooLarge('field', limits.maxFieldBytes));
      try {
        if (name === 'operations') operation = parseOperations(value);
        else if (name === 'map') {
          if (!operation) throw badInput([], 'The field operations must come before map.');
          turns = placeFiles(operation, parseMap(value, limits.maxFiles), limits);
          resolve(operation);
        }
      } catch (error) {
        fail(error instanceof AppError ? error : badInput([], 'The request could not be read.'));
      }
    });
    parser.on('file', (name, source, filename, _encoding, mimetype) => {
      // Told by the parser's own error too; without a listener it would end the process.
      source.on('error', () => undefined);
      if (turns) return turns.arrived(name, { filename, mimetype, source });
      source.resume();
      fail(badInput([], 'The fields operations and map must come before the files.'));
    });
    parser.on('error', () => fail(badInput([], 'The multipart body is malformed or ended early.')));
    parser.on('filesLimit', () => fail(badInput([], `A request may carry ${limits.maxFiles} files.`)));
    parser.on('fieldsLimit', () => fail(badInput([], `A request may carry ${maxFields} fields.`)));
    parser.on('partsLimit', () =>
      fail(badInput([], `A request may carry ${maxFields + limits.maxFiles} parts.`)),
    );
    parser.on('finish', () =>
      fail(
        badInput(
          [],
          turns ? 'A file that the map names did not come.' : 'The field operations or map did not come.',
        ),
      ),
    );
    request.once('close', () => {
      stopWatching();
      if (!request.complete) fail(badInput([], 'The request body ended early.'));
    });
    request.pipe(parser);
  });

  function release(): void {
    stopWatching();
    request.unpipe(parser);
    turns?.discard();
  }

  try {
    return { operation: await ready, release };
  } catch (error) {
    release();
    throw error;
  }
}

function createParser(request: IncomingMessage, limits: MultipartLimits) {
  try {
    return new Busboy({
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      // Parts that nobody has asked for yet wait in the parser, each with as much.
      fileHwm: 1024,
      limits: {
        fieldNameSize: 200,
        fieldSize: limits.maxFieldBytes,
        fields: maxFields,
        // Those too that are neither: each costs as much as a field.
        parts: maxFields + limits.maxFiles,
        files: limits.maxFiles,
        headerPairs: 20,
      },
    });
  } catch (cause) {
    throw badInput([], 'The request is not multipart/form-data with a boundary.', { cause });
  }
}

function placeFiles(
  operation: MultipartOperation,
  map: Map<string, string[]>,
  limits: MultipartLimits,
): FileTurns {
  const turns = createFileTurns({
    places: new Map(Array.from(map, ([name, paths]) => [name, paths.length])),
    maxFileBytes: limits.maxFileBytes,
    share: limits.held.share(),
  });
  for (const [name, paths] of map) {
    for (const path of paths) placeFile(operation, path, new UploadedFile(() => turns.open(name)));
  }
  return turns;
}
