import type { Readable } from 'node:stream';

/** A file part that has begun: its bytes flow once, and no faster than they are read. */
export interface UploadedPart {
  readonly filename: string;
  readonly mimetype: string;
  readonly stream: Readable;
}

/** What stands in the variables in place of a file: the part itself comes later, when the request has got to it. */
export class UploadedFile {
  readonly #open: () => Promise<UploadedPart>;

  constructor(open: () => Promise<UploadedPart>) {
    this.#open = open;
  }

  /**
   * Waits for the part and gives it to `take`. What is unread once that settles flows away: the parts behind it come
   * only then. Rejects with BAD_USER_INPUT when the part never comes, was used before, or was passed by: files that
   * come before the one that is wanted are kept in a bounded memory. Rejects with PAYLOAD_TOO_LARGE when it stands at
   * several places and is too large to be kept, and with RATE_LIMITED when other requests have the memory.
   */
  async use<T>(take: (part: UploadedPart) => Promise<T>): Promise<T> {
    const part = await this.#open();
    try {
      return await take(part);
    } finally {
      part.stream.destroy();
    }
  }
}
