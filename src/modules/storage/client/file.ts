import type { Readable } from 'node:stream';
import { z } from 'zod';
import { badInput } from '../../../lib/bad-input.ts';
import type { Page } from '../../../lib/page.ts';
import type { Call } from '../../../viewer/call.ts';
import { type FilesArgs, listFiles } from './files-page.ts';
import { blameSegments, checkNewPath, checkPath, encodeBucket, encodeObject } from './object-path.ts';
import type { Send } from './send.ts';
import {
  type FileEntry,
  infoSchema,
  messageSchema,
  objectSchema,
  type StoredFile,
  toFile,
  toFileFromInfo,
  uploadedSchema,
} from './types.ts';
import { checkContentType, uploadBody } from './upload-body.ts';

/** Paths in one call that names many. */
export const maxPaths = 1000;

interface UploadArgs {
  readonly bucket: string;
  readonly path: string;
  readonly stream: Readable;
  readonly contentType: string;
  readonly upsert: boolean;
  readonly cacheControl?: string | null | undefined;
  readonly metadata?: Record<string, unknown> | null | undefined;
}

interface MoveArgs {
  readonly bucket: string;
  readonly from: string;
  readonly to: string;
  readonly toBucket?: string | null | undefined;
}

export interface FileMethods {
  files(args: FilesArgs, call: Call): Promise<Page<FileEntry>>;
  /** Throws NOT_FOUND. */
  file(bucket: string, path: string, call: Call): Promise<StoredFile>;
  /** Streams with back-pressure; throws CONFLICT, PAYLOAD_TOO_LARGE, FORBIDDEN. Nothing shows before all has come. */
  upload(args: UploadArgs, call: Call): Promise<StoredFile>;
  /** Those that were deleted: hidden and missing ones are not among them. */
  deleteFiles(bucket: string, paths: readonly string[], call: Call): Promise<StoredFile[]>;
  move(args: MoveArgs, call: Call): Promise<StoredFile>;
  copy(args: MoveArgs & { readonly upsert: boolean }, call: Call): Promise<StoredFile>;
}

export function createFileMethods(send: Send): FileMethods {
  async function file(bucket: string, path: string, call: Call): Promise<StoredFile> {
    const options = { method: 'GET', path: `/object/info/${encodeObject(bucket, path)}` } as const;
    return toFileFromInfo(bucket, await send(infoSchema, options, call));
  }

  return {
    file,
    files: (args, call) => listFiles(send, args, call),

    async upload(args, call) {
      const { bucket, path, upsert } = args;
      checkNewPath(path);
      const { headers, stream, sent } = uploadBody(args.stream, args);
      const { Id } = await send(
        uploadedSchema,
        {
          method: 'POST',
          path: `/object/${encodeObject(bucket, path)}`,
          headers: { ...headers, 'x-upsert': String(upsert) },
          body: stream,
        },
        call,
      ).catch(blameSegments(path));
      // Out of the upload's own answer: whoever may insert but not read gets it too.
      return {
        kind: 'file',
        id: Id,
        bucket,
        path,
        size: sent(),
        contentType: checkContentType(args.contentType),
        ...(args.metadata ? { metadata: args.metadata } : {}),
      };
    },

    async deleteFiles(bucket, paths, call) {
      if (paths.length === 0) return [];
      checkPaths(paths);
      const rows = await send(
        z.array(objectSchema),
        { method: 'DELETE', path: `/object/${encodeBucket(bucket)}`, body: { prefixes: paths } },
        call,
      );
      return rows.map((row) => toFile(bucket, row));
    },

    async move({ bucket, from, to, toBucket }, call) {
      checkNewPath(to, 'to');
      checkPath(from, 'from');
      encodeBucket(bucket);
      const target = toBucket ?? bucket;
      encodeBucket(target, 'toBucket');
      // Moving answers with a message only, and the new place may be hidden from the caller; the id stays.
      const { id, size, contentType } = await file(bucket, from, call);
      const body = { bucketId: bucket, sourceKey: from, destinationKey: to, destinationBucket: target };
      await send(messageSchema, { method: 'POST', path: '/object/move', body }, call).catch(
        blameSegments(to, 'to'),
      );
      return {
        kind: 'file',
        id,
        bucket: target,
        path: to,
        size: size ?? null,
        contentType: contentType ?? null,
      };
    },

    async copy({ bucket, from, to, toBucket, upsert }, call) {
      checkNewPath(to, 'to');
      checkPath(from, 'from');
      encodeBucket(bucket);
      const target = toBucket ?? bucket;
      encodeBucket(target, 'toBucket');
      const body = { bucketId: bucket, sourceKey: from, destinationKey: to, destinationBucket: target };
      const headers = { 'x-upsert': String(upsert) };
      const options = { method: 'POST', path: '/object/copy', body, headers } as const;
      const row = await send(objectSchema, options, call).catch(blameSegments(to, 'to'));
      return toFile(target, row);
    },
  };
}

/** Throws BAD_USER_INPUT for too many paths, or one that no file can have. */
export function checkPaths(paths: readonly string[]): void {
  if (paths.length > maxPaths) {
    throw badInput(['paths'], `paths must not have more than ${maxPaths} entries.`);
  }
  for (const path of paths) checkPath(path, 'paths');
}
