import { type JsonText, objectText } from '../wire/raw-json.ts';
import type { RelationMessage, RowMessage } from './pgoutput.ts';
import type { Relation } from './relation.ts';

/** One row change with its values as JSON text, before anyone's rights are applied. */
export interface Change {
  readonly type: RowMessage['type'];
  readonly relation: Relation;
  readonly commitTimestamp: string;
  readonly record: ReadonlyMap<string, JsonText>;
  readonly oldRecord: ReadonlyMap<string, JsonText>;
  readonly tooLarge: boolean;
}

export interface ChangeRow {
  readonly row: RowMessage;
  readonly relation: RelationMessage;
}

/** What one caller may see of a change. */
export interface Rights {
  readonly rls: boolean;
  readonly selectable: ReadonlySet<string>;
  readonly select: readonly string[] | undefined;
}

const maxKeptBytes = 64;

/** The error that stands in for a row: no primary key to check it by, or one that the role may not select. */
export function rowError(change: Change, selectable: ReadonlySet<string>): string | undefined {
  if (change.type === 'DELETE') return undefined;
  const { primaryKey } = change.relation;
  if (primaryKey.length === 0) return 'Error 400: Bad Request, no primary key';
  return primaryKey.every((name) => selectable.has(name)) ? undefined : 'Error 401: Unauthorized';
}

/** The `data` of an event that only says why there is no row. */
export function errorData(change: Change, error: string): JsonText {
  const members: [string, JsonText][] = [
    ...heading(change),
    ['commit_timestamp', 'null'],
    ['columns', '[]'],
    ['record', '{}'],
  ];
  if (change.type === 'UPDATE') members.push(['old_record', '{}']);
  members.push(['errors', JSON.stringify([error])]);
  return objectText(members);
}

function heading(change: Change): [string, JsonText][] {
  return [
    ['schema', JSON.stringify(change.relation.schema)],
    ['table', JSON.stringify(change.relation.name)],
    ['type', JSON.stringify(change.type)],
  ];
}

/** The `data` of an event, cut to what the caller may select and asked for. */
export function changeData(change: Change, rights: Rights): JsonText {
  const { relation, type } = change;
  const asked = rights.select === undefined ? undefined : new Set([...rights.select, ...relation.primaryKey]);
  const shown = relation.columns.filter(
    ({ name }) => rights.selectable.has(name) && (asked === undefined || asked.has(name)),
  );
  const pick = (values: ReadonlyMap<string, JsonText>, names: ReadonlySet<string> | undefined): JsonText => {
    const members: [string, JsonText][] = [];
    for (const { name } of shown) {
      const value = values.get(name);
      if (value === undefined || (names !== undefined && !names.has(name))) continue;
      if (change.tooLarge && Buffer.byteLength(value) > maxKeptBytes) continue;
      members.push([name, value]);
    }
    return objectText(members);
  };
  const keyOnly = !relation.identityFull || (type === 'DELETE' && rights.rls);
  const members: [string, JsonText][] = [
    ...heading(change),
    ['commit_timestamp', JSON.stringify(change.commitTimestamp)],
    ['columns', JSON.stringify(shown.map(({ name, type: typeName }) => ({ name, type: typeName })))],
  ];
  if (type !== 'DELETE') members.push(['record', pick(change.record, undefined)]);
  if (type !== 'INSERT') {
    members.push(['old_record', pick(change.oldRecord, keyOnly ? new Set(relation.primaryKey) : undefined)]);
  }
  members.push(['errors', change.tooLarge ? '["Error 413: Payload Too Large"]' : 'null']);
  return objectText(members);
}
