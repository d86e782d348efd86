import { z } from 'zod';

const moment = z.string().nullish();

/** A bucket as Storage prints it; `owner` and `type` are not ours to show. */
export const bucketSchema = z.object({
  id: z.string(),
  name: z.string(),
  public: z.boolean(),
  file_size_limit: z.union([z.number(), z.string()]).nullish(),
  allowed_mime_types: z.array(z.string()).nullish(),
  created_at: z.string(),
  updated_at: z.string(),
});

const metadataSchema = z.object({
  eTag: z.string().nullish(),
  size: z.number().nullish(),
  mimetype: z.string().nullish(),
  cacheControl: z.string().nullish(),
});

/** A row of storage.objects: lists leave user_metadata out, deleting and copying tell it. */
export const objectSchema = z.object({
  id: z.string(),
  name: z.string(),
  created_at: moment,
  updated_at: moment,
  last_accessed_at: moment,
  metadata: metadataSchema.nullish(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const pageSchema = z.object({
  hasNext: z.boolean(),
  nextCursor: z.string().optional(),
  folders: z.array(z.object({ name: z.string() })),
  objects: z.array(objectSchema),
});

export const infoSchema = z.object({
  id: z.string(),
  name: z.string(),
  size: z.number().nullish(),
  content_type: z.string().nullish(),
  cache_control: z.string().nullish(),
  etag: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  last_modified: moment,
  created_at: moment,
});

export const uploadedSchema = z.object({ Key: z.string(), Id: z.string() });
export const messageSchema = z.object({ message: z.string() });
export const signedSchema = z.object({ signedURL: z.string() });
export const signedManySchema = z.array(
  z.object({ path: z.string(), error: z.string().nullable(), signedURL: z.string().nullable() }),
);
export const uploadTicketSchema = z.object({ url: z.string(), token: z.string() });

export interface Bucket {
  readonly id: string;
  readonly name: string;
  readonly public: boolean;
  readonly fileSizeLimit: string | number | null;
  readonly allowedMimeTypes: string[] | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Folder {
  readonly kind: 'folder';
  readonly bucket: string;
  readonly path: string;
}

/** What an answer of Storage told of a file. `undefined`: this answer did not say it; `null`: there is none. */
export interface StoredFile {
  readonly kind: 'file';
  readonly id: string;
  readonly bucket: string;
  readonly path: string;
  readonly size?: string | number | null;
  readonly contentType?: string | null;
  readonly etag?: string | null;
  readonly cacheControl?: string | null;
  readonly metadata?: Record<string, unknown> | null;
  readonly createdAt?: string | null;
  readonly updatedAt?: string | null;
  readonly lastAccessedAt?: string | null;
}

export type FileEntry = Folder | StoredFile;

/** One signed URL, or why there is none. */
export interface SignedUrl {
  readonly path: string;
  readonly url: string | null;
  readonly error: string | null;
}

export interface UploadTicket {
  readonly put: UploadRequest;
  readonly resumable: UploadRequest;
  readonly expiresAt: string;
}

export interface UploadRequest {
  readonly url: string;
  readonly method: 'PUT' | 'POST';
  readonly headers: Record<string, string>;
}

export function toBucket(wire: z.infer<typeof bucketSchema>): Bucket {
  return {
    id: wire.id,
    name: wire.name,
    public: wire.public,
    fileSizeLimit: wire.file_size_limit ?? null,
    allowedMimeTypes: wire.allowed_mime_types ?? null,
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  };
}

export function toFile(bucket: string, wire: z.infer<typeof objectSchema>): StoredFile {
  const { metadata } = wire;
  return {
    kind: 'file',
    id: wire.id,
    bucket,
    path: wire.name,
    size: metadata?.size ?? null,
    contentType: metadata?.mimetype ?? null,
    etag: metadata?.eTag ?? null,
    cacheControl: metadata?.cacheControl ?? null,
    ...(wire.user_metadata === undefined ? {} : { metadata: wire.user_metadata }),
    createdAt: wire.created_at ?? null,
    updatedAt: wire.updated_at ?? null,
    lastAccessedAt: wire.last_accessed_at ?? null,
  };
}

export function toFileFromInfo(bucket: string, wire: z.infer<typeof infoSchema>): StoredFile {
  return {
    kind: 'file',
    id: wire.id,
    bucket,
    path: wire.name,
    size: wire.size ?? null,
    contentType: wire.content_type ?? null,
    etag: wire.etag ?? null,
    cacheControl: wire.cache_control ?? null,
    metadata: wire.metadata ?? null,
    createdAt: wire.created_at ?? null,
    updatedAt: wire.last_modified ?? null,
  };
}
