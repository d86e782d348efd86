import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import {
  type BucketChanges,
  bucketChangesInput,
  bucketInput,
  bucketUpdateInput,
  filesOfBucketInput,
  type NewBucket,
  newBucketInput,
} from '../client/input.ts';
import { createLookups } from '../client/lookups.ts';
import type { Bucket } from '../client/types.ts';
import { bucketIdArgument } from './bucket-argument.ts';
import type { FileTypes } from './file.ts';

export type BucketTypes = ReturnType<typeof bucketTypes>;

export function bucketTypes(builder: SchemaBuilder, { connection, listArgs }: FileTypes) {
  return builder.objectRef<Bucket>('Bucket').implement({
    description: 'A place for files, with limits of its own.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Chosen when it was made; part of every URL.' }),
      name: t.exposeString('name', { description: 'For people; mostly the id.' }),
      public: t.exposeBoolean('public', {
        description:
          'Whether everybody may read a file whose path is known. Listing follows the policies still.',
      }),
      fileSizeLimit: t.expose('fileSizeLimit', {
        type: 'BigInt',
        nullable: true,
        description: 'Bytes of the largest file; null when only the service’s own limit holds.',
      }),
      allowedMimeTypes: t.exposeStringList('allowedMimeTypes', {
        nullable: true,
        description: 'Content types that uploads may have, such as `image/*`; null when all may.',
      }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        description: 'When it was made.',
      }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        description: 'As Storage keeps it: it does not change with every update.',
      }),
      files: t.field({
        type: connection,
        nullable: true,
        description: 'What lies under a prefix, up to the next slash.',
        args: listArgs,
        ...checkedBy(filesOfBucketInput, (input, { services, call, loaders }, { id }: Bucket) =>
          loaders.get(createLookups).follow(services.storage.files({ ...input, bucket: id }, call)),
        ),
      }),
    }),
  });
}

/** `buckets`, `bucket`, `createBucket`, `updateBucket`, `emptyBucket` and `deleteBucket`. */
export function addBucketFields(builder: SchemaBuilder, bucket: BucketTypes): void {
  builder.queryField('buckets', (t) =>
    t.field({
      type: [bucket],
      nullable: true,
      description: 'The buckets that the caller may see.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      resolve: (_root, _args, { services, call }) => services.storage.buckets(call),
    }),
  );
  builder.queryField('bucket', (t) =>
    t.field({
      type: bucket,
      nullable: true,
      description: 'One bucket. NOT_FOUND when it is missing or hidden.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { id: t.arg.id(bucketIdArgument) },
      ...checkedBy(bucketInput, ({ id }, { services, call }) => services.storage.bucket(id, call)),
    }),
  );
  addBucketChanges(builder, bucket);
  addBucketRemoval(builder);
}

function addBucketChanges(builder: SchemaBuilder, bucket: BucketTypes): void {
  const createInput = builder.inputRef<NewBucket, false>('CreateBucketInput').implement({
    validate: { schema: newBucketInput },
    description: 'A new bucket.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'Part of every URL: 1 to 100 characters, no slash.' }),
      name: t.string({ required: false, description: 'The id when left out.' }),
      public: t.boolean({ required: true, defaultValue: false, description: 'Everybody may read.' }),
      fileSizeLimit: t.field({ type: 'BigInt', required: false, description: 'Bytes of the largest file.' }),
      allowedMimeTypes: t.stringList({ required: false, description: 'Such as `image/png` or `image/*`.' }),
    }),
  });
  builder.mutationField('createBucket', (t) =>
    t.field({
      type: bucket,
      nullable: true,
      description: 'Makes a bucket. CONFLICT when the id is taken.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { input: t.arg({ type: createInput, required: true, description: 'The bucket.' }) },
      resolve: (_root, { input }, { services, call }) => services.storage.createBucket(input, call),
    }),
  );
  const updateInput = builder.inputRef<BucketChanges, false>('UpdateBucketInput').implement({
    validate: { schema: bucketChangesInput },
    description: 'What changes; what is left out stays. null takes a limit away.',
    fields: (t) => ({
      public: t.boolean({ required: false, description: 'Everybody may read.' }),
      fileSizeLimit: t.field({ type: 'BigInt', required: false, description: 'Bytes of the largest file.' }),
      allowedMimeTypes: t.stringList({ required: false, description: 'Such as `image/png` or `image/*`.' }),
    }),
  });
  builder.mutationField('updateBucket', (t) =>
    t.field({
      type: bucket,
      nullable: true,
      description: 'Changes a bucket. Files that are in it already stay as they are.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        id: t.arg.id(bucketIdArgument),
        input: t.arg({ type: updateInput, required: true, description: 'What changes.' }),
      },
      ...checkedBy(bucketUpdateInput, ({ id, input }, { services, call }) =>
        services.storage.updateBucket(id, input, call),
      ),
    }),
  );
}

function addBucketRemoval(builder: SchemaBuilder): void {
  const status = builder.enumType('EmptyBucketStatus', {
    description: 'How far emptying a bucket is.',
    values: {
      DONE: { description: 'No file is left.' },
      QUEUED: { description: 'Storage goes on deleting; it may take a while.' },
    },
  });
  const emptied = builder
    .objectRef<{ bucketId: string; status: 'DONE' | 'QUEUED' }>('EmptyBucketPayload')
    .implement({
      description: 'What became of emptying a bucket.',
      fields: (t) => ({
        bucketId: t.exposeID('bucketId', { description: 'Id of the bucket.' }),
        status: t.expose('status', { type: status, description: 'How far it is.' }),
      }),
    });
  builder.mutationField('emptyBucket', (t) =>
    t.field({
      type: emptied,
      nullable: true,
      description:
        'Deletes every file of a bucket. Storage allows it to service_role alone, and may only queue it.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: { id: t.arg.id(bucketIdArgument) },
      ...checkedBy(bucketInput, async ({ id }, { services, call }) => ({
        bucketId: id,
        status: await services.storage.emptyBucket(id, call),
      })),
    }),
  );
  const deleted = builder.objectRef<{ bucketId: string }>('DeleteBucketPayload').implement({
    description: 'A bucket that is no more.',
    fields: (t) => ({ bucketId: t.exposeID('bucketId', { description: 'Its id.' }) }),
  });
  builder.mutationField('deleteBucket', (t) =>
    t.field({
      type: deleted,
      nullable: true,
      description: 'Deletes an empty bucket. CONFLICT while there are files in it.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { id: t.arg.id(bucketIdArgument) },
      ...checkedBy(bucketInput, async ({ id }, { services, call }) => {
        await services.storage.deleteBucket(id, call);
        return { bucketId: id };
      }),
    }),
  );
}
