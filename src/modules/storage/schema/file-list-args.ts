import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { defaultFileSort, type FileSort } from '../client/input.ts';

/** Arguments of every list of files. */
export function fileListArgs(builder: SchemaBuilder) {
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
      by: t.field({
        type: key,
        required: true,
        defaultValue: defaultFileSort.by,
        description: 'What is compared.',
      }),
      direction: t.field({
        type: direction,
        required: true,
        defaultValue: defaultFileSort.direction,
        description: 'Which end comes first.',
      }),
    }),
  });
}
