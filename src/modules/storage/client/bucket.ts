import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { updateField } from '../../../lib/update-field.ts';
import type { Call } from '../../../viewer/call.ts';
import { encodeBucket } from './object-path.ts';
import type { Send } from './send.ts';
import { type Bucket, bucketSchema, messageSchema, pageSchema, toBucket } from './types.ts';

/** What is left out stays; null takes a limit away. */
export const bucketChanges = z.object({
  public: updateField(z.boolean()),
  /** Decimal digits: bytes. */
  fileSizeLimit: z.string().nullish(),
  allowedMimeTypes: z.array(z.string()).nullish(),
});
export type BucketChanges = z.infer<typeof bucketChanges>;

interface NewBucket extends BucketChanges {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly public: boolean;
}

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
  const at = (id: string): string => `/bucket/${encodeBucket(id, 'id')}`;

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
      // Storage takes names that no path can hold: such a bucket could not be deleted again.
      encodeBucket(input.id, 'id');
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
      const path = `/object/list-v2/${encodeBucket(id, 'id')}`;
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
    ...(fileSizeLimit === undefined ? {} : { file_size_limit: wireLimit(fileSizeLimit) }),
    ...(allowedMimeTypes === undefined ? {} : { allowed_mime_types: wireTypes(allowedMimeTypes) }),
  };
}

function wireLimit(limit: string | null): number | null {
  if (limit === null) return null;
  const bytes = Number(limit);
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw badInput(['fileSizeLimit'], 'fileSizeLimit must be a number of bytes from 0 to 2^53.');
}

function wireTypes(types: readonly string[] | null): readonly string[] | null {
  // Storage's database fails at NUL; what else is no media type Storage says itself.
  if (types === null || types.every((type) => type.length <= 255 && !type.includes('\0'))) return types;
  throw badInput(
    ['allowedMimeTypes'],
    'allowedMimeTypes must hold media types, such as image/png or image/*.',
  );
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
