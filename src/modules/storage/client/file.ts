import type { Readable } from 'node:stream';
import { z } from 'zod';
import { badInput } from '../../../lib/bad-input.ts';
import type { Page } from '../../../lib/page.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';
import type { Call } from '../../../viewer/call.ts';
import { listFiles } from './files-page.ts';
import type { CopyInput, DeleteFilesInput, FilesInput, MoveInput, UploadInput } from './input.ts';
import { blameSegments, encodeObject } from './object-path.ts';
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
import { noMediaType, normalMediaType, uploadBody } from './upload-body.ts';

type UploadArgs = UploadInput & {
  readonly stream: Readable;
  /** What the input says, or else the part itself. */
  readonly contentType: string;
};

export interface FileMethods {
  files(args: FilesInput, call: Call): Promise<Page<FileEntry>>;
  /** Throws NOT_FOUND. */
  file(bucket: string, path: string, call: Call): Promise<StoredFile>;
  /** Streams with back-pressure; throws CONFLICT, PAYLOAD_TOO_LARGE, FORBIDDEN. Nothing shows before all has come. */
  upload(args: UploadArgs, call: Call): Promise<StoredFile>;
  /** Those that were deleted: hidden and missing ones are not among them. */
  deleteFiles(input: DeleteFilesInput, call: Call): Promise<StoredFile[]>;
  move(input: MoveInput, call: Call): Promise<StoredFile>;
  copy(input: CopyInput, call: Call): Promise<StoredFile>;
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
      // The part's own type came with its bytes, past the check of the input.
      const contentType = normalMediaType(args.contentType);
      if (contentType === undefined) throw badInput(['contentType'], noMediaType);
      const { headers, stream, sent } = uploadBody(args.stream, { ...args, contentType });
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
        contentType,
        ...(args.metadata ? { metadata: args.metadata } : {}),
      };
    },

    async deleteFiles({ bucket, paths }, call) {
      if (paths.length === 0) return [];
      const rows = await send(
        z.array(objectSchema),
        { method: 'DELETE', path: `/object/${encodeSegment(bucket)}`, body: { prefixes: paths } },
        call,
      );
      return rows.map((row) => toFile(bucket, row));
    },

    async move({ bucket, from, to, toBucket }, call) {
      const target = toBucket ?? bucket;
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
      const target = toBucket ?? bucket;
      const body = { bucketId: bucket, sourceKey: from, destinationKey: to, destinationBucket: target };
      const headers = { 'x-upsert': String(upsert) };
      const options = { method: 'POST', path: '/object/copy', body, headers } as const;
      const row = await send(objectSchema, options, call).catch(blameSegments(to, 'to'));
      return toFile(target, row);
    },
  };
}
