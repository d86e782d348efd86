import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Bytes that lie safely on disk under a version of their own. */
interface StoredBytes {
  readonly version: string;
  readonly size: number;
  /** Quoted MD5 in hex: what Storage's file backend gives. */
  readonly etag: string;
}

/**
 * Objects' bytes, one file for each version, named by the version alone: keys never become paths. Writing is atomic
 * (temporary file, fsync, rename), and a version's bytes never change, so a reader sees old or new, never a mixture.
 */
export interface ByteDepot {
  /** Throws what `body` throws, and what `onSize` throws for the bytes so far; then nothing remains. */
  write(
    body: AsyncIterable<Uint8Array>,
    onSize: (size: number) => void,
    version?: string,
  ): Promise<StoredBytes>;
  /** Takes over a file that is complete already, such as a finished resumable upload. */
  adopt(path: string, version: string): Promise<StoredBytes>;
  read(version: string, range?: { start: number; end: number }): Readable;
  copy(from: string): Promise<string>;
  remove(versions: readonly string[]): Promise<void>;
  /** Removes temporary files and versions that no row has: what a crash between two steps leaves. */
  sweep(known: ReadonlySet<string>): Promise<number>;
}

export async function openByteDepot(folder: string): Promise<ByteDepot> {
  const objects = join(folder, 'objects');
  const temporary = join(folder, 'incoming');
  await mkdir(objects, { recursive: true, mode: 0o700 });
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true, mode: 0o700 });

  const shard = (version: string): string => join(objects, version.slice(0, 2));
  const place = (version: string): string => join(shard(version), version);

  async function settle(from: string, version: string): Promise<void> {
    await mkdir(shard(version), { recursive: true, mode: 0o700 });
    await rename(from, place(version));
    await syncFolder(shard(version));
  }

  return {
    async write(body, onSize, version = randomUUID()) {
      const path = join(temporary, version);
      const hash = createHash('md5');
      let size = 0;
      try {
        const file = await open(path, 'wx', 0o600);
        try {
          for await (const chunk of body) {
            size += chunk.byteLength;
            onSize(size);
            hash.update(chunk);
            await file.writeFile(chunk);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        await settle(path, version);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return { version, size, etag: `"${hash.digest('hex')}"` };
    },

    async adopt(path, version) {
      const hash = createHash('md5');
      let size = 0;
      for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
        if (!(chunk instanceof Uint8Array)) continue;
        size += chunk.byteLength;
        hash.update(chunk);
      }
      await settle(path, version);
      return { version, size, etag: `"${hash.digest('hex')}"` };
    },

    read: (version, range) => createReadStream(place(version), { ...range, highWaterMark: 256 * 1024 }),

    async copy(from) {
      const version = randomUUID();
      const path = join(temporary, version);
      try {
        await copyFile(place(from), path, constants.COPYFILE_FICLONE);
        await syncFile(path);
        await settle(path, version);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return version;
    },

    async remove(versions) {
      for (const version of versions) await rm(place(version), { force: true });
    },

    async sweep(known) {
      let removed = 0;
      for (const name of await readdir(objects)) {
        for (const version of await readdir(join(objects, name))) {
          if (known.has(version)) continue;
          await rm(join(objects, name, version), { force: true });
          removed += 1;
        }
      }
      return removed;
    },
  };
}

/** Bytes of a file, or undefined where there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  return await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is safe on disk only when its folder is. Not every system can fsync a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}
