import type { SchemaBuilder } from '../../graphql/builder.ts';
import { connectionType } from '../../graphql/connection.ts';
import type { Context } from '../../graphql/context.ts';
import { createBucketLoader, createFileLoader, createSignLoader } from './schema-loaders.ts';
import type { FileEntry, FileSort, Folder, ImageTransform, SignedUrl, StoredFile } from './types.ts';

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
      bucket: t.exposeID('bucket', { nullable: false, description: 'Id of the bucket.' }),
      path: t.exposeString('path', {
        nullable: false,
        description: 'The full key in the bucket; a folder’s ends with a slash.',
      }),
      name: t.string({
        nullable: false,
        description: 'The last segment of the path.',
        resolve: ({ path }) => lastSegment(path),
      }),
    }),
  });
  builder.objectRef<Folder>('Folder').implement({
    description: 'The beginning that paths of files have in common, up to a slash.',
    interfaces: [entry],
  });
  const transform = transformInput(builder);
  const file = builder.objectRef<StoredFile>('StoredFile').implement({
    description: 'A file in a bucket.',
    interfaces: [entry],
    fields: (t) => ({
      id: t.expose('id', {
        type: 'UUID',
        nullable: false,
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
        nullable: false,
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
        description:
          'The bytes for whoever has the URL, for a time. All of one operation are signed in one call.',
        args: {
          expiresIn: t.arg({
            type: 'Duration',
            required: true,
            defaultValue: 3_600_000,
            description: 'How long it works; the largest is configured (MAX_SIGNED_URL_EXPIRY).',
          }),
          download: t.arg.string({
            required: false,
            description: 'Browsers save the file under this name instead of showing it; "" for its own name.',
          }),
          transform: t.arg({ type: transform, required: false, description: 'An image in another size.' }),
        },
        resolve: async ({ bucket, path }, { expiresIn, download, transform: image }, context) => {
          const { storage } = context.services;
          const url = image
            ? await storage.signTransformed({ bucket, path }, expiresIn, image, context.call)
            : await context.loaders.get(createSignLoader).load({ bucket, path, expiresInMs: expiresIn });
          return url === null ? null : withDownload(url, download);
        },
      }),
    }),
  });
  return { file, connection: connectionType(builder, 'FileEntry', entry), listArgs: listArgs(builder) };
}

function listArgs(builder: SchemaBuilder) {
  const sort = sortInput(builder);
  return builder.args((t) => ({
    prefix: t.string({
      required: true,
      defaultValue: '',
      description: 'Beginning of the paths: `photos/` lists a folder, `photos/2026` what begins with it.',
    }),
    first: t.int({ required: true, defaultValue: 100, description: 'Entries on the page, at most 1000.' }),
    after: t.string({ required: false, description: 'Cursor behind which the page begins.' }),
    sortBy: t.field({ type: sort, required: false, description: 'By name, ascending, when left out.' }),
  }));
}

function withDownload(url: string, name: string | null | undefined): string {
  return name === undefined || name === null ? url : `${url}&download=${encodeURIComponent(name)}`;
}

function transformInput(builder: SchemaBuilder) {
  const resize = builder.enumType('ImageResize', {
    description: 'How an image fits into the size that was asked for.',
    values: {
      COVER: { value: 'cover', description: 'Fills it; what sticks out is cut off.' },
      CONTAIN: { value: 'contain', description: 'All of the image lies inside.' },
      FILL: { value: 'fill', description: 'Stretched to it.' },
    } as const,
  });
  return builder.inputRef<ImageTransform>('ImageTransformInput').implement({
    description: 'Another size of an image. NOT_CONFIGURED where Storage does not transform images.',
    fields: (t) => ({
      width: t.int({ required: false, description: 'Pixels.' }),
      height: t.int({ required: false, description: 'Pixels.' }),
      resize: t.field({ type: resize, required: false, description: 'COVER when left out.' }),
      quality: t.int({ required: false, description: 'From 20 to 100.' }),
    }),
  });
}

function sortInput(builder: SchemaBuilder) {
  const key = builder.enumType('FileSortKey', {
    description: 'What files are sorted by.',
    values: {
      NAME: { value: 'name', description: 'The path, byte by byte.' },
      CREATED_AT: {
        value: 'created_at',
        description: 'First upload; folders come before files on each page.',
      },
      UPDATED_AT: {
        value: 'updated_at',
        description: 'Last change; folders come before files on each page.',
      },
    } as const,
  });
  const direction = builder.enumType('SortDirection', {
    description: 'Which end comes first.',
    values: {
      ASC: { value: 'asc', description: 'The smallest or oldest.' },
      DESC: { value: 'desc', description: 'The largest or newest.' },
    } as const,
  });
  return builder.inputRef<FileSort>('FileSort').implement({
    description: 'The order of a list of files.',
    fields: (t) => ({
      by: t.field({ type: key, required: true, defaultValue: 'name', description: 'What is compared.' }),
      direction: t.field({
        type: direction,
        required: true,
        defaultValue: 'asc',
        description: 'Which end comes first.',
      }),
    }),
  });
}

const bucketArg = { required: true, description: 'Id of the bucket.' } as const;

/** `files`, `file`, `deleteFiles`, `moveFile`, `copyFile` and `createSignedUrls`. */
export function addFileFields(builder: SchemaBuilder, { file, connection, listArgs }: FileTypes): void {
  builder.queryField('files', (t) =>
    t.field({
      type: connection,
      nullable: true,
      description:
        'What lies under a prefix, up to the next slash. A bucket that is missing or hidden is empty.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { bucket: t.arg.id(bucketArg), ...listArgs },
      resolve: (_root, { sortBy, ...args }, { services, call }) =>
        services.storage.files({ ...args, sort: sortBy ?? undefined }, call),
    }),
  );
  builder.queryField('file', (t) =>
    t.field({
      type: file,
      nullable: true,
      description: 'One file. NOT_FOUND when it is missing or hidden.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        bucket: t.arg.id(bucketArg),
        path: t.arg.string({ required: true, description: 'Full key in the bucket.' }),
      },
      resolve: (_root, { bucket, path }, { services, call }) => services.storage.file(bucket, path, call),
    }),
  );
  builder.mutationField('deleteFiles', (t) =>
    t.field({
      type: [file],
      nullable: true,
      description:
        'Deletes files, at most 1000. Answers with those that were deleted: hidden and missing ones are not among them.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        bucket: t.arg.id(bucketArg),
        paths: t.arg.stringList({
          required: true,
          description: 'Full keys: a folder’s path deletes nothing.',
        }),
      },
      resolve: (_root, { bucket, paths }, { services, call }) =>
        services.storage.deleteFiles(bucket, paths, call),
    }),
  );
  addPlacing(builder, file);
  addSigning(builder);
}

function addPlacing(builder: SchemaBuilder, file: FileTypes['file']): void {
  const moveInput = builder.inputType('MoveFileInput', {
    description: 'Where a file goes.',
    fields: (t) => ({
      bucket: t.id({ required: true, description: 'Bucket in which the file is.' }),
      from: t.string({ required: true, description: 'Its path.' }),
      to: t.string({ required: true, description: 'Its new path.' }),
      toBucket: t.id({ required: false, description: 'Another bucket; the same when left out.' }),
    }),
  });
  builder.mutationField('moveFile', (t) =>
    t.field({
      type: file,
      nullable: true,
      description: 'Renames a file. CONFLICT when the new path is taken.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { input: t.arg({ type: moveInput, required: true, description: 'From where to where.' }) },
      resolve: (_root, { input }, { services, call }) => services.storage.move(input, call),
    }),
  );
  const copyInput = builder.inputType('CopyFileInput', {
    description: 'Where a copy goes.',
    fields: (t) => ({
      bucket: t.id({ required: true, description: 'Bucket in which the file is.' }),
      from: t.string({ required: true, description: 'Its path.' }),
      to: t.string({ required: true, description: 'Path of the copy.' }),
      toBucket: t.id({ required: false, description: 'Another bucket; the same when left out.' }),
      upsert: t.boolean({
        required: true,
        defaultValue: false,
        description: 'Replace a file at the new path.',
      }),
    }),
  });
  builder.mutationField('copyFile', (t) =>
    t.field({
      type: file,
      nullable: true,
      description:
        'Copies a file with its metadata. CONFLICT when the new path is taken and upsert is false.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { input: t.arg({ type: copyInput, required: true, description: 'From where to where.' }) },
      resolve: (_root, { input }, { services, call }) => services.storage.copy(input, call),
    }),
  );
}

function addSigning(builder: SchemaBuilder): void {
  const signedUrl = builder.objectRef<SignedUrl>('SignedUrl').implement({
    description: 'A URL that works without a token, or why there is none.',
    fields: (t) => ({
      path: t.exposeString('path', { nullable: false, description: 'The path as it was asked for.' }),
      url: t.expose('url', {
        type: 'URL',
        nullable: true,
        description: 'On this gateway; null when the file is missing or hidden.',
      }),
      error: t.exposeString('error', { nullable: true, description: 'Why there is no URL.' }),
    }),
  });
  builder.mutationField('createSignedUrls', (t) =>
    t.field({
      type: [signedUrl],
      nullable: true,
      description: 'Signs up to 1000 files for reading, in the order in which they were asked for.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        bucket: t.arg.id(bucketArg),
        paths: t.arg.stringList({ required: true, description: 'Full keys in the bucket.' }),
        expiresIn: t.arg({
          type: 'Duration',
          required: true,
          defaultValue: 3_600_000,
          description: 'How long they work; the largest is configured (MAX_SIGNED_URL_EXPIRY).',
        }),
      },
      resolve: (_root, { bucket, paths, expiresIn }, { services, call }) =>
        services.storage.signUrls(bucket, paths, expiresIn, call),
    }),
  );
}
