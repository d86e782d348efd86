import type { Readable } from 'node:stream';

/** A file part that has begun: its bytes flow once, and no faster than they are read. */
export interface UploadedPart {
  readonly filename: string;
  readonly mimetype: string;
  readonly stream: Readable;
}

/** What stands in the variables in place of a file: the part itself comes later, in the order of the request's `map`. */
export class UploadedFile {
  readonly #open: () => Promise<UploadedPart>;

  constructor(open: () => Promise<UploadedPart>) {
    this.#open = open;
  }

  /**
   * Waits for the part. Files that come before it in the map and were not opened are skipped. Rejects with
   * BAD_USER_INPUT when the part never comes, was skipped or was opened before.
   */
  open(): Promise<UploadedPart> {
    return this.#open();
  }
}
