import { PassThrough, type Readable } from 'node:stream';
import type { UploadedPart } from '../../graphql/uploaded-file.ts';
import { AppError } from '../../lib/app-error.ts';

/** Brings the parts of a request, which come one after the other, together with the resolvers that want them. */
export interface FileTurns {
  /** For a resolver: the part `name`. */
  open(name: string): Promise<UploadedPart>;
  /** For the parser: a part has begun. Its source is read only as fast as whoever opened it reads. */
  arrived(name: string, part: { filename: string; mimetype: string; source: Readable }): void;
  /** No further part comes: whoever waits is told `error`, and so are the readers of a part that is under way. */
  end(error: AppError): void;
  /** Nobody wants anything any more: what is there and what may come is thrown away. */
  discard(): void;
  /** True while a reader holds the sender back. */
  heldBack(): boolean;
}

function refuse(message: string): AppError {
  return new AppError('BAD_USER_INPUT', message, { details: { issues: [{ path: ['map'], message }] } });
}

export function createFileTurns(order: readonly string[], maxFileBytes: number): FileTurns {
  const waiting = new Map<string, { resolve(part: UploadedPart): void; reject(error: AppError): void }>();
  const opened = new Set<string>();
  let present: { name: string; begin(): UploadedPart; skip(): void } | undefined;
  let flowing: PassThrough | undefined;
  let reached = -1;
  let ended: AppError | undefined;
  let discarding = false;

  /** Goes on when the part that is there is wanted, or one behind it is. */
  function settle(): void {
    if (!present) return;
    const { name, begin, skip } = present;
    const wanted = waiting.get(name);
    const isPassed = [...waiting.keys()].some((each) => order.indexOf(each) > order.indexOf(name));
    if (!wanted && !isPassed && !discarding) return;
    present = undefined;
    if (wanted && !discarding) {
      waiting.delete(name);
      wanted.resolve(begin());
    } else skip();
  }

  return {
    async open(name) {
      const place = order.indexOf(name);
      if (opened.has(name)) throw refuse('A file can be read only once.');
      opened.add(name);
      if (ended && present?.name !== name) throw ended;
      if (place < reached || (place === reached && present?.name !== name)) {
        throw refuse('Files must be used in the order in which the map names them.');
      }
      return await new Promise<UploadedPart>((resolve, reject) => {
        waiting.set(name, { resolve, reject });
        settle();
      });
    },

    arrived(name, { filename, mimetype, source }) {
      const place = order.indexOf(name);
      // Not in the map, or out of its order: nobody can be waiting for it.
      if (place <= reached || discarding) {
        source.resume();
        return;
      }
      for (const missed of order.slice(reached + 1, place)) {
        waiting.get(missed)?.reject(refuse('Files must come in the order in which the map names them.'));
        waiting.delete(missed);
      }
      reached = place;
      present = {
        name,
        skip: () => source.resume(),
        begin: () => {
          flowing = passOn(source, maxFileBytes);
          return { filename, mimetype, stream: flowing };
        },
      };
      settle();
    },

    end(error) {
      ended = error;
      for (const [name, { reject }] of waiting) {
        if (present?.name !== name) reject(error);
      }
      waiting.clear();
      // A part that has come whole may still be on its way to its reader.
      if (flowing?.writableEnded === false) flowing.destroy(error);
    },

    discard() {
      discarding = true;
      flowing?.destroy();
      settle();
    },

    heldBack: () => present !== undefined || flowing?.writableNeedDrain === true,
  };
}

/** The part's bytes with back-pressure. When its reader stops, the rest is thrown away: the request goes on behind it. */
function passOn(source: Readable, maxBytes: number): PassThrough {
  const out = new PassThrough();
  let size = 0;
  // Whoever reads it is told; without a reader it must not end the process.
  out.on('error', () => undefined);
  out.on('drain', () => source.resume());
  out.on('close', () => source.resume());
  source.on('data', (chunk: Buffer) => {
    if (out.destroyed) return;
    size += chunk.length;
    if (size > maxBytes) {
      const message = `The file is over the limit of ${maxBytes} bytes: bigger ones go through createUpload.`;
      out.destroy(new AppError('PAYLOAD_TOO_LARGE', message, { details: { limit: maxBytes } }));
    } else if (!out.write(chunk)) source.pause();
  });
  source.on('end', () => out.end());
  return out;
}
