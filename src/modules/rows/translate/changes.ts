import type { GraphQLInputObjectType } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import type { Change, ChangeKind } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { Column } from '../../../upstream/postgres/rows/model/model.ts';

type Args = Readonly<Record<string, unknown>>;

const kinds: readonly ChangeKind[] = ['set', 'inc', 'append', 'prepend', 'deleteKey'];

/**
 * What `set`, `inc` and the others say; `typeOf` gives the input object that each of them takes. Throws BAD_USER_INPUT where
 * they say nothing, or several things of one column.
 */
export function changesOf(
  typeOf: (kind: ChangeKind) => GraphQLInputObjectType,
  args: Args,
  path: readonly string[],
): readonly Change[] {
  const changes = kinds.flatMap((how) => {
    const values = args[how];
    return isRecord(values) ? changesOfKind(how, typeOf(how), values) : [];
  });
  if (changes.length === 0) {
    throw badInput([...path, 'set'], 'There is nothing to change: `set` and the others are absent or empty.');
  }
  const seen = new Set<Column>();
  for (const { how, column } of changes) {
    const at = [...path, how, column.apiName];
    if (seen.has(column)) throw badInput(at, `${at.join('.')} is changed in another way as well.`);
    seen.add(column);
  }
  return changes;
}

function changesOfKind(how: ChangeKind, type: GraphQLInputObjectType, values: Args): readonly Change[] {
  const fields = type.getFields();
  return Object.entries(values).flatMap(([name, value]): readonly Change[] => {
    const meaning = fields[name]?.extensions.rows;
    return value === undefined || meaning?.kind !== 'column' ? [] : [{ column: meaning.column, how, value }];
  });
}
