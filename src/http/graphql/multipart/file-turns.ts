import { PassThrough, type Readable } from 'node:stream';
import type { UploadedPart } from '../../../graphql/kit/uploaded-file.ts';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { HeldShare } from './held-bytes.ts';
import { type HeldPart, holdPart } from './held-part.ts';

interface ArrivedPart {
  readonly filename: string;
  readonly mimetype: string;
  /** Read only as fast as whoever opened the part reads. */
  readonly source: Readable;
}

/** Brings the parts of a request, which come one after the other, together with the resolvers that want them. */
export interface FileTurns {
  /** For a resolver, once for each place of the part `name`. */
  open(name: string): Promise<UploadedPart>;
  /** For the parser: a part has begun. */
  arrived(name: string, part: ArrivedPart): void;
  /** No further part comes: whoever waits is told `error`, and so are the readers of a part that is under way. */
  end(error: AppError): void;
  /** Nobody wants anything any more: what is there and what may come is thrown away. */
  discard(): void;
  /** True while a reader holds the sender back, or a part that nobody has asked for yet. */
  heldBack(): boolean;
}

export interface FileTurnsOptions {
  /** For each part that the map names, how many places it stands at. */
  readonly places: ReadonlyMap<string, number>;
  readonly maxFileBytes: number;
  readonly share: HeldShare;
}

/** A part from its first byte on: not asked for yet, or flowing to its one reader, or held. */
interface Part extends ArrivedPart {
  readonly places: number;
  flowing?: PassThrough;
  held?: HeldPart;
  /** Why its end will not come. */
  cut?: AppError;
}

interface Waiting {
  readonly name: string;
  resolve(part: Promise<UploadedPart>): void;
  reject(error: AppError): void;
}

/**
 * A part flows straight to its reader. It is held in memory only where that cannot be: when a later one is asked for
 * before it, and when it stands at several places.
 */
export function createFileTurns({ places, maxFileBytes, share }: FileTurnsOptions): FileTurns {
  const unopened = new Map(places);
  const parts = new Map<string, Part>();
  let last: Part | undefined;
  let waiting: Waiting[] = [];
  let ended: AppError | undefined;
  let discarding = false;

  const isIdle = (part: Part): boolean => !part.flowing && !part.held && !part.cut;

  function hold(part: Part): HeldPart {
    part.held ??= holdPart(part.source, { maxFileBytes, share }, (by) => {
      if (by === 'file') return overLimit(maxFileBytes);
      if (by === 'process') {
        return new AppError('RATE_LIMITED', 'Files of other requests take the memory for this: try again.', {
          details: { retryAfter: 1 },
        });
      }
      const limit = share.maxBytes;
      if (part.places === 1) {
        return badInput(
          ['map'],
          `The file was passed by: a later one was used before it, and such files are kept up to ${limit} bytes in all. Use files in the order in which they come.`,
        );
      }
      const message = `Files at several places of the map are kept up to ${limit} bytes in all: send a bigger one for each place, or by createUpload.`;
      return new AppError('PAYLOAD_TOO_LARGE', message, { details: { limit } });
    });
    return part.held;
  }

  async function give(part: Part): Promise<UploadedPart> {
    const { filename, mimetype } = part;
    if (part.cut) throw part.cut;
    if (part.places === 1 && !part.held) {
      part.flowing = passOn(part.source, maxFileBytes);
      return { filename, mimetype, stream: part.flowing };
    }
    const held = hold(part);
    await held.whole;
    return { filename, mimetype, stream: held.read() };
  }

  /**
   * Whoever waits for a part that has come gets it. While somebody waits for one behind, nothing may stand before it.
   */
  function settle(): void {
    const still: Waiting[] = [];
    for (const each of waiting) {
      const part = parts.get(each.name);
      if (part) each.resolve(give(part));
      else still.push(each);
    }
    waiting = still;
    if (waiting.length === 0) return;
    for (const part of parts.values()) if (isIdle(part)) hold(part);
  }

  return {
    async open(name) {
      const left = unopened.get(name) ?? 0;
      if (left === 0) throw badInput(['map'], 'A file can be read once for each place that the map names.');
      unopened.set(name, left - 1);
      if (ended && !parts.has(name)) throw ended;
      return await new Promise<UploadedPart>((resolve, reject) => {
        waiting.push({ name, resolve, reject });
        settle();
      });
    },

    arrived(name, arrived) {
      const count = places.get(name);
      if (count === undefined || parts.has(name) || discarding) {
        arrived.source.resume();
        return;
      }
      last = { ...arrived, places: count };
      parts.set(name, last);
      settle();
    },

    end(error) {
      ended = error;
      for (const { reject } of waiting) reject(error);
      waiting = [];
      if (!last) return;
      if (isIdle(last)) last.cut = error;
      last.held?.fail(error);
      // A part that has come whole may still be on its way to its reader.
      if (last.flowing?.writableEnded === false) last.flowing.destroy(error);
    },

    discard() {
      discarding = true;
      for (const part of parts.values()) {
        part.held?.fail(badInput([], 'The request is over.'));
        part.flowing?.destroy();
        part.source.resume();
      }
      share.close();
    },

    heldBack: () => {
      for (const part of parts.values()) if (isIdle(part) || part.flowing?.writableNeedDrain) return true;
      return false;
    },
  };
}

function overLimit(limit: number): AppError {
  return new AppError(
    'PAYLOAD_TOO_LARGE',
    `The file is over the limit of ${limit} bytes: bigger ones go through createUpload.`,
    { details: { limit } },
  );
}

/**
 * The part's bytes with back-pressure. When its reader stops, the rest is thrown away: the request goes on behind it.
 */
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
    if (size > maxBytes) out.destroy(overLimit(maxBytes));
    else if (!out.write(chunk)) source.pause();
  });
  source.on('end', () => out.end());
  return out;
}
