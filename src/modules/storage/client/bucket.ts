import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';
import type { Call } from '../../../viewer/call.ts';
import type { BucketChanges, NewBucket } from './input.ts';
import type { Send } from './send.ts';
import { type Bucket, bucketSchema, messageSchema, pageSchema, toBucket } from './types.ts';

export interface BucketMethods {
  buckets(call: Call): Promise<Bucket[]>;
  /** Throws NOT_FOUND. */
  bucket(id: string, call: Call): Promise<Bucket>;
  /** Throws CONFLICT, FORBIDDEN. */
  createBucket(input: NewBucket, call: Call): Promise<Bucket>;
  updateBucket(id: string, changes: BucketChanges, call: Call): Promise<Bucket>;
  emptyBucket(id: string, call: Call): Promise<'DONE' | 'QUEUED'>;
  /** Throws CONFLICT while there are files in it. */
  deleteBucket(id: string, call: Call): Promise<void>;
}

const createdSchema = z.object({ name: z.string() });

export function createBucketMethods(send: Send): BucketMethods {
  const at = (id: string): string => `/bucket/${encodeSegment(id)}`;

  async function bucket(id: string, call: Call): Promise<Bucket> {
    return toBucket(await send(bucketSchema, { method: 'GET', path: at(id) }, call));
  }

  return {
    bucket,

    async buckets(call) {
      const rows = await send(z.array(bucketSchema), { method: 'GET', path: '/bucket' }, call);
      return rows.map(toBucket);
    },

    async createBucket(input, call) {
      const body = { ...wireChanges(input), id: input.id, name: input.name ?? input.id };
      await send(createdSchema, { method: 'POST', path: '/bucket', body }, call);
      return await bucket(input.id, call).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
        // A caller who may make buckets but not see them still gets success.
        return asMade(input);
      });
    },

    async updateBucket(id, changes, call) {
      const body = wireChanges(changes);
      if (Object.keys(body).length === 0) throw badInput(['input'], 'input must change something.');
      await send(messageSchema, { method: 'PUT', path: at(id), body, idempotent: true }, call);
      return await bucket(id, call);
    },

    async emptyBucket(id, call) {
      await send(
        messageSchema,
        { method: 'POST', path: `${at(id)}/empty`, body: {}, idempotent: true },
        call,
      );
      // Storage says that it is queued even when it is done: what is left tells.
      const path = `/object/list-v2/${encodeSegment(id)}`;
      const left = await send(
        pageSchema,
        { method: 'POST', path, body: { limit: 1 }, idempotent: true },
        call,
      );
      return left.objects.length === 0 ? 'DONE' : 'QUEUED';
    },

    async deleteBucket(id, call) {
      await send(messageSchema, { method: 'DELETE', path: at(id) }, call);
    },
  };
}

function wireChanges({ public: isPublic, fileSizeLimit, allowedMimeTypes }: BucketChanges) {
  return {
    ...(isPublic === undefined ? {} : { public: isPublic }),
    ...(fileSizeLimit === undefined
      ? {}
      : { file_size_limit: fileSizeLimit === null ? null : Number(fileSizeLimit) }),
    ...(allowedMimeTypes === undefined ? {} : { allowed_mime_types: allowedMimeTypes }),
  };
}

function asMade(input: NewBucket): Bucket {
  const now = new Date().toISOString();
  return {
    id: input.id,
    name: input.name ?? input.id,
    public: input.public,
    fileSizeLimit: input.fileSizeLimit ?? null,
    allowedMimeTypes: input.allowedMimeTypes ? [...input.allowedMimeTypes] : null,
    createdAt: now,
    updatedAt: now,
  };
}
