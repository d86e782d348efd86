import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { bucketIdArgument } from './bucket-argument.ts';
import type { FileTypes } from './file.ts';

/** `deleteFiles`, `moveFile` and `copyFile`. */
export function addFileChanges(builder: SchemaBuilder, { file }: FileTypes): void {
  builder.mutationField('deleteFiles', (t) =>
    t.field({
      type: [file],
      nullable: true,
      description:
        'Deletes files, at most 1000. Answers with those that were deleted: hidden and missing ones are not among them.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        bucket: t.arg.id(bucketIdArgument),
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
