import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { type CopyInput, copyInput, deleteFilesInput, type MoveInput, moveInput } from '../client/input.ts';
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
      ...checkedBy(deleteFilesInput, (input, { services, call }) =>
        services.storage.deleteFiles(input, call),
      ),
    }),
  );
  addPlacing(builder, file);
}

function addPlacing(builder: SchemaBuilder, file: FileTypes['file']): void {
  const move = builder.inputRef<MoveInput, false>('MoveFileInput').implement({
    validate: { schema: moveInput },
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
      args: { input: t.arg({ type: move, required: true, description: 'From where to where.' }) },
      resolve: (_root, { input }, { services, call }) => services.storage.move(input, call),
    }),
  );
  const copy = builder.inputRef<CopyInput, false>('CopyFileInput').implement({
    validate: { schema: copyInput },
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
      args: { input: t.arg({ type: copy, required: true, description: 'From where to where.' }) },
      resolve: (_root, { input }, { services, call }) => services.storage.copy(input, call),
    }),
  );
}
