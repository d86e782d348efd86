import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { connectionType } from '../../../graphql/kit/connection.ts';
import type { Context } from '../../../graphql/kit/context.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { signedUrlInput } from '../client/input.ts';
import type { FileEntry, Folder, StoredFile } from '../client/types.ts';
import { fileListArgs } from './file-list-args.ts';
import { imageTransformInput } from './image-transform.ts';
import { createBucketLoader, createFileLoader, createSignLoader } from './loaders.ts';

const lastSegment = (path: string): string => path.replace(/\/$/, '').split('/').at(-1) ?? '';

type LazyField = 'size' | 'contentType' | 'etag' | 'cacheControl' | 'metadata' | 'createdAt' | 'updatedAt';

/** A field that the answer at hand may have left out: then it is asked for, once per file and operation. */
async function lazily<Name extends LazyField>(
  file: StoredFile,
  name: Name,
  context: Context,
): Promise<NonNullable<StoredFile[Name]> | null> {
  const known = file[name];
  if (known !== undefined) return known ?? null;
  const found = await context.loaders.get(createFileLoader).load({ bucket: file.bucket, path: file.path });
  return found?.[name] ?? null;
}

export type FileTypes = ReturnType<typeof fileTypes>;

/** Folders, files and what goes with them. */
export function fileTypes(builder: SchemaBuilder) {
  const entry = builder.interfaceRef<FileEntry>('FileEntry').implement({
    description: 'What a list of files holds: files, and folders, which are nothing but beginnings of paths.',
    resolveType: ({ kind }) => (kind === 'folder' ? 'Folder' : 'StoredFile'),
    fields: (t) => ({
      bucket: t.exposeID('bucket', { description: 'Id of the bucket.' }),
      path: t.exposeString('path', {
        description: 'The full key in the bucket; a folder’s ends with a slash.',
      }),
      name: t.string({
        description: 'The last segment of the path.',
        resolve: ({ path }) => lastSegment(path),
      }),
    }),
  });
  builder.objectRef<Folder>('Folder').implement({
    description: 'The beginning that paths of files have in common, up to a slash.',
    interfaces: [entry],
  });
  const transform = imageTransformInput(builder);
  const file = builder.objectRef<StoredFile>('StoredFile').implement({
    description: 'A file in a bucket.',
    interfaces: [entry],
    fields: (t) => ({
      id: t.expose('id', {
        type: 'UUID',
        description: 'Kept when the file is moved or replaced.',
      }),
      size: t.field({
        type: 'BigInt',
        nullable: true,
        description: 'Bytes.',
        resolve: (parent, _args, context) => lazily(parent, 'size', context),
      }),
      contentType: t.string({
        nullable: true,
        description: 'Media type, as it was given with the upload.',
        resolve: (parent, _args, context) => lazily(parent, 'contentType', context),
      }),
      etag: t.string({
        nullable: true,
        description: 'Changes with the content; quoted, as in the ETag header.',
        resolve: (parent, _args, context) => lazily(parent, 'etag', context),
      }),
      cacheControl: t.string({
        nullable: true,
        description: 'The Cache-Control header that downloads get.',
        resolve: (parent, _args, context) => lazily(parent, 'cacheControl', context),
      }),
      metadata: t.field({
        type: 'JSONObject',
        nullable: true,
        description:
          'What the uploader said about the file. Lists do not carry it: it costs a call per file there.',
        resolve: (parent, _args, context) => lazily(parent, 'metadata', context),
      }),
      createdAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'First upload.',
        resolve: (parent, _args, context) => lazily(parent, 'createdAt', context),
      }),
      updatedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Last change of content, place or metadata.',
        resolve: (parent, _args, context) => lazily(parent, 'updatedAt', context),
      }),
      lastAccessedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Kept by Storage as it sees fit; null where it was not told.',
        resolve: ({ lastAccessedAt }) => lastAccessedAt ?? null,
      }),
      downloadUrl: t.field({
        type: 'URL',
        description:
          'The bytes, on this gateway, with Range support. A private bucket’s wants the Authorization header: in an <img> use signedUrl.',
        resolve: ({ bucket, path }, _args, { services }) => services.storage.urls.download(bucket, path),
      }),
      publicUrl: t.field({
        type: 'URL',
        nullable: true,
        description:
          'The bytes for everybody. Null when the bucket is private; a bucket that is hidden from the caller may be.',
        args: {
          transform: t.arg({ type: transform, required: false, description: 'An image in another size.' }),
        },
        resolve: async ({ bucket, path }, args, { services, loaders }) => {
          const url = services.storage.urls.open(bucket, path, args.transform);
          const found = await loaders.get(createBucketLoader).load(bucket);
          return found?.public === false ? null : url;
        },
      }),
      signedUrl: t.field({
        type: 'URL',
        nullable: true,
        secretAnswer: true,
        description:
          'The bytes for whoever has the URL, for a time. All of one operation are signed in one call.',
        args: {
          expiresIn: t.arg({
            type: 'Duration',
            required: false,
            description:
              'How long it works; the largest is configured (MAX_SIGNED_URL_EXPIRY). When left out an hour, or that where it is less.',
          }),
          download: t.arg.string({
            required: false,
            description: 'Browsers save the file under this name instead of showing it; "" for its own name.',
          }),
          transform: t.arg({ type: transform, required: false, description: 'An image in another size.' }),
        },
        ...checkedBy(
          signedUrlInput,
          async ({ expiresIn, download, transform: image }, context, { bucket, path }: StoredFile) => {
            const { storage } = context.services;
            const url = image
              ? await storage.signTransformed({ bucket, path }, expiresIn, image, context.call)
              : await context.loaders.get(createSignLoader).load({ bucket, path, expiresIn });
            return url === null || download == null ? url : storage.urls.saved(url, download);
          },
        ),
      }),
    }),
  });
  return { file, connection: connectionType(builder, 'FileEntry', entry), listArgs: fileListArgs(builder) };
}
