import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileSize, syncFile } from '../byte-depot.ts';

const stateSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  version: z.uuid(),
  /** Undefined until the client has said it. */
  length: z.number().optional(),
  /** The `Upload-Metadata` header, as it is told back. */
  metadata: z.string(),
  contentType: z.string(),
  cacheControl: z.string(),
  userMetadata: z.string().optional(),
  upsert: z.boolean(),
  sub: z.string().optional(),
  finished: z.boolean(),
});

export type TusUpload = z.infer<typeof stateSchema>;

/** Unfinished uploads on disk: for each a state file and the bytes that have come so far. Survives restarts. */
export interface TusDepot {
  save(upload: TusUpload): Promise<void>;
  find(version: string): Promise<TusUpload | undefined>;
  offset(upload: TusUpload): Promise<number>;
  /** Appends at `offset`; what came before `body` broke off stays. `limit` ends it with a throw of `onLimit`. */
  append(
    version: string,
    offset: number,
    body: AsyncIterable<Uint8Array>,
    limit: number,
    onLimit: () => Error,
  ): Promise<number>;
  path(version: string): string;
  remove(version: string): Promise<void>;
  /** Removes uploads that nobody has touched for `maxAgeMs`. */
  sweep(maxAgeMs: number): Promise<void>;
}

export async function openTusDepot(folder: string): Promise<TusDepot> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const bytes = (version: string): string => join(folder, `${version}.part`);
  const state = (version: string): string => join(folder, `${version}.json`);

  async function remove(version: string): Promise<void> {
    await rm(state(version), { force: true });
    await rm(`${state(version)}.next`, { force: true });
    await rm(bytes(version), { force: true });
  }

  return {
    path: bytes,
    remove,
    async save(upload) {
      const next = `${state(upload.version)}.next`;
      await writeFile(next, JSON.stringify(upload), { mode: 0o600 });
      await rename(next, state(upload.version));
    },
    async find(version) {
      const text = await readFile(state(version), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      const parsed: unknown = JSON.parse(text);
      return stateSchema.parse(parsed);
    },
    async offset(upload) {
      if (upload.finished) return upload.length ?? 0;
      return (await fileSize(bytes(upload.version))) ?? 0;
    },
    async append(version, offset, body, limit, onLimit) {
      const file = await open(bytes(version), offset === 0 ? 'a' : 'r+', 0o600);
      let position = offset;
      try {
        for await (const chunk of body) {
          if (position + chunk.byteLength > limit) throw onLimit();
          await file.write(chunk, 0, chunk.byteLength, position);
          position += chunk.byteLength;
        }
      } finally {
        await file.close();
      }
      await syncFile(bytes(version));
      return position;
    },
    async sweep(maxAgeMs) {
      const touched = new Map<string, number>();
      for (const name of await readdir(folder)) {
        const [version = ''] = name.split('.');
        const found = await stat(join(folder, name)).catch(() => undefined);
        // The state of an upload that has begun long ago is old while its bytes still come.
        if (found) touched.set(version, Math.max(found.mtimeMs, touched.get(version) ?? 0));
      }
      for (const [version, at] of touched) if (Date.now() - at > maxAgeMs) await remove(version);
    },
  };
}
