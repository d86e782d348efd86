import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { UploadedFile } from '../../graphql/uploaded-file.ts';
import { AppError } from '../../lib/app-error.ts';
import { createFileTurns, type FileTurns } from './file-turns.ts';
import { type MultipartOperation, parseMap, parseOperations, placeFile } from './place-files.ts';

export interface MultipartLimits {
  /** Bytes of `operations` and of `map`. */
  readonly maxFieldBytes: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  /** A sender that is not held back must bring some bytes in every such span. @default 30_000 */
  readonly paceMs?: number;
}

export interface MultipartRequest {
  readonly operation: MultipartOperation;
  /** Stops reading; what is left of the request is the caller's to drain. */
  release(): void;
}

/** Less than this in one span is a sender that only holds the connection. */
const leastBytesPerSpan = 1024;

function refuse(message: string): AppError {
  return new AppError('BAD_USER_INPUT', message, { details: { issues: [{ path: [], message }] } });
}

/**
 * Reads a GraphQL multipart request up to its files, and gives the operation as soon as `operations` and `map` are
 * there: the files flow while it runs. Rejects with BAD_USER_INPUT, PAYLOAD_TOO_LARGE or TIMEOUT.
 */
export async function readMultipart(
  request: IncomingMessage,
  limits: MultipartLimits,
): Promise<MultipartRequest> {
  const parser = createParser(request, limits);
  let operation: MultipartOperation | undefined;
  let turns: FileTurns | undefined;
  let ended: AppError | undefined;
  const pace = watchPace(request, limits.paceMs ?? 30_000, () => turns?.heldBack() ?? false);

  const ready = new Promise<MultipartOperation>((resolve, reject) => {
    const fail = (error: AppError): void => {
      ended ??= error;
      turns?.end(error);
      reject(error);
    };
    pace.onTooSlow = () => fail(new AppError('TIMEOUT', 'The request came too slowly.'));
    parser.on('field', (name, value, _nameCut, valueCut) => {
      if (ended || turns) return;
      if (valueCut) {
        const message = `A field is over the limit of ${limits.maxFieldBytes} bytes.`;
        return fail(new AppError('PAYLOAD_TOO_LARGE', message, { details: { limit: limits.maxFieldBytes } }));
      }
      try {
        if (name === 'operations') operation = parseOperations(value);
        else if (name === 'map') {
          if (!operation) throw refuse('The field operations must come before map.');
          turns = placeFiles(operation, parseMap(value, limits.maxFiles), limits);
          resolve(operation);
        }
      } catch (error) {
        fail(error instanceof AppError ? error : refuse('The request could not be read.'));
      }
    });
    parser.on('file', (name, source, filename, _encoding, mimetype) => {
      // Told by the parser's own error too; without a listener it would end the process.
      source.on('error', () => undefined);
      if (turns) return turns.arrived(name, { filename, mimetype, source });
      source.resume();
      fail(refuse('The fields operations and map must come before the files.'));
    });
    parser.on('error', () => fail(refuse('The multipart body is malformed or ended early.')));
    parser.on('filesLimit', () => fail(refuse(`A request may carry ${limits.maxFiles} files.`)));
    parser.on('finish', () => fail(refuse('A file that the map names did not come.')));
    request.once('close', () => {
      pace.stop();
      if (!request.complete) fail(refuse('The request body ended early.'));
    });
    request.pipe(parser);
  });

  function release(): void {
    pace.stop();
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
      limits: {
        fieldNameSize: 200,
        fieldSize: limits.maxFieldBytes,
        fields: 10,
        files: limits.maxFiles,
        headerPairs: 20,
      },
    });
  } catch (cause) {
    const message = 'The request is not multipart/form-data with a boundary.';
    throw new AppError('BAD_USER_INPUT', message, { cause, details: { issues: [{ path: [], message }] } });
  }
}

function placeFiles(
  operation: MultipartOperation,
  map: Map<string, string[]>,
  limits: MultipartLimits,
): FileTurns {
  const turns = createFileTurns([...map.keys()], limits.maxFileBytes);
  for (const [name, paths] of map) {
    for (const path of paths) placeFile(operation, path, new UploadedFile(() => turns.open(name)));
  }
  return turns;
}

/** A sender may be as slow as its line, but not so slow that it only holds a connection. */
function watchPace(request: IncomingMessage, spanMs: number, heldBack: () => boolean) {
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
  };
  const watch = {
    onTooSlow: (): void => undefined,
    stop(): void {
      clearInterval(timer);
      request.off('data', count);
    },
  };
  const timer = setInterval(() => {
    if (bytes < leastBytesPerSpan && !heldBack() && !request.complete) {
      watch.stop();
      watch.onTooSlow();
    }
    bytes = 0;
  }, spanMs);
  timer.unref();
  request.on('data', count);
  return watch;
}
