import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { fileInput, filesInput } from '../client/input.ts';
import { createLookups } from '../client/lookups.ts';
import { bucketIdArgument } from './bucket-argument.ts';
import type { FileTypes } from './file.ts';

/** `files` and `file`. */
export function addFileQueries(builder: SchemaBuilder, { file, connection, listArgs }: FileTypes): void {
  builder.queryField('files', (t) =>
    t.field({
      type: connection,
      nullable: true,
      description:
        'What lies under a prefix, up to the next slash. A bucket that is missing or hidden is empty.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { bucket: t.arg.id(bucketIdArgument), ...listArgs },
      ...checkedBy(filesInput, (input, { services, call, loaders }) =>
        loaders.get(createLookups).follow(services.storage.files(input, call)),
      ),
    }),
  );
  builder.queryField('file', (t) =>
    t.field({
      type: file,
      nullable: true,
      description: 'One file. NOT_FOUND when it is missing or hidden.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        bucket: t.arg.id(bucketIdArgument),
        path: t.arg.string({ required: true, description: 'Full key in the bucket.' }),
      },
      ...checkedBy(fileInput, ({ bucket, path }, { services, call, loaders }) =>
        loaders.get(createLookups).follow(services.storage.file(bucket, path, call)),
      ),
    }),
  );
}
