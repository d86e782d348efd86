import { groupBy } from '../../../../lib/group-by.ts';
import { type ForeignKey, isUniqueIn } from './foreign-keys.ts';
import type { Relation, Table } from './model.ts';
import { clashesOf, fullName, isColumnName, joinedByAnd, listed, upperFirst } from './names.ts';
import type { TableDraft } from './tables.ts';

/** A relation, and what it may be called: the first name that meets no other. */
interface Candidate {
  readonly of: TableDraft;
  readonly relation: Omit<Relation, 'apiName'>;
  /** What a comment calls it, before which all other names yield. */
  readonly given: string | undefined;
  readonly names: readonly string[];
}

/** Fills in the relations of all tables: the two ends of each key, and what plain junctions join. */
export function addRelations(
  tables: Iterable<TableDraft>,
  keys: readonly ForeignKey[],
  remark: (text: string) => void,
): void {
  const candidates = [...groupBy(keys, ({ from }) => from).values()].flatMap((siblings) =>
    siblings.flatMap((key) => [outwards(key), inwards(key, siblings), ...throughJunction(key, siblings)]),
  );
  const candidatesOf = groupBy(candidates, ({ of }) => of);
  for (const draft of tables) {
    draft.relations.push(...nameRelations(draft.table, candidatesOf.get(draft) ?? [], remark));
  }
}

function outwards(key: ForeignKey): Candidate {
  const { from, to, columns, toColumns, name, description } = key;
  return {
    of: from,
    relation: {
      cardinality: 'one',
      direction: 'out',
      columns,
      other: to.table,
      otherColumns: toColumns,
      through: undefined,
      constraint: name,
      description,
    },
    given: key.outName,
    names: outwardNames(key),
  };
}

/** `author_id` -> `author`, else `authorRow`; `createdBy` -> `createdByRow`; several columns: the target's name. */
function outwardNames({ columns, to }: ForeignKey): string[] {
  const exact = `${to.table.apiName}By${joinedByAnd(columns)}`;
  const [column, ...others] = columns;
  if (column === undefined || others.length > 0) return [to.table.apiName, exact];
  const { apiName } = column;
  const isId = apiName.length > 2 && apiName.endsWith('Id');
  return isId ? [apiName.slice(0, -2), `${apiName.slice(0, -2)}Row`, exact] : [`${apiName}Row`, exact];
}

/** `books`; where the other table has several keys to this one, `booksByAuthorId` for all of them. */
function inwards(key: ForeignKey, siblings: readonly ForeignKey[]): Candidate {
  const { from, to, columns, toColumns, name, description } = key;
  const exact = `${from.table.apiName}By${joinedByAnd(columns)}`;
  const isOnly = siblings.every((other) => other === key || other.to !== to);
  return {
    of: to,
    relation: {
      cardinality: isUniqueIn(from, columns) ? 'one' : 'many',
      direction: 'in',
      columns: toColumns,
      other: from.table,
      otherColumns: columns,
      through: undefined,
      constraint: name,
      description,
    },
    given: key.inName,
    names: isOnly ? [from.table.apiName, exact] : [exact],
  };
}

/** From the rows that `key` refers to, over the junction that has it, to those of another key: `teamsViaMemberships`. */
function throughJunction(key: ForeignKey, siblings: readonly ForeignKey[]): Candidate[] {
  const { from: junction, to: of } = key;
  return siblings
    .filter((other) => joins(key, other))
    .map(({ to, columns, toColumns, name }): Candidate => {
      const short = `${to.table.apiName}Via${upperFirst(junction.table.apiName)}`;
      const isOnly = siblings.every(
        (like) =>
          like === key || like.to !== of || !siblings.some((end) => end.to === to && joins(like, end)),
      );
      return {
        of,
        relation: {
          cardinality: 'many',
          direction: 'through',
          columns: key.toColumns,
          other: to.table,
          otherColumns: toColumns,
          through: { table: junction.table, columns: key.columns, otherColumns: columns },
          constraint: name,
          description: undefined,
        },
        given: undefined,
        names: [...(isOnly ? [short] : []), `${short}By${joinedByAnd(key.columns)}`],
      };
    });
}

/** Whether the columns of two keys of a table are together a key of it, so that it joins no two rows twice. */
function joins(key: ForeignKey, other: ForeignKey): boolean {
  const columns = new Set([...key.columns, ...other.columns]);
  if (columns.size !== key.columns.length + other.columns.length) return false;
  return key.from.uniques.some(
    (unique) => unique.length === columns.size && unique.every((column) => columns.has(column)),
  );
}

type Remark = (text: string) => void;

function nameRelations(table: Table, candidates: readonly Candidate[], remark: Remark): Relation[] {
  const taken = new Set(table.columns.map(({ apiName }) => apiName));
  const names = new Map<Candidate, string>();
  const settle = (
    group: readonly Candidate[],
    namesOf: (candidate: Candidate) => readonly string[],
  ): void => {
    for (const [candidate, name] of chooseNames(group, namesOf, taken)) {
      names.set(candidate, name);
      for (const field of fieldsOf(name, candidate.relation)) taken.add(field);
    }
  };
  settle(
    candidates.filter(({ given }) => given !== undefined),
    ({ given }) => [given ?? ''],
  );
  settle(
    candidates.filter((candidate) => !names.has(candidate)),
    (candidate) => candidate.names,
  );
  return candidates.flatMap((candidate) => {
    const apiName = names.get(candidate);
    if (apiName !== undefined) return [{ apiName, ...candidate.relation }];
    const { other, constraint } = candidate.relation;
    remark(
      `${fullName(table)}: its relation to ${fullName(other)} by ${constraint} is not shown: ` +
        `other fields are called ${listed(candidate.names)}`,
    );
    return [];
  });
}

/** All that meet in one name, or meet another field in it, take their next one. What has none left is not in the answer. */
function chooseNames(
  candidates: readonly Candidate[],
  namesOf: (candidate: Candidate) => readonly string[],
  taken: ReadonlySet<string>,
): ReadonlyMap<Candidate, string> {
  const turns = new Map(candidates.map((candidate) => [candidate, 0]));
  const nameOf = (candidate: Candidate): string | undefined => namesOf(candidate)[turns.get(candidate) ?? 0];
  const fields = (candidate: Candidate): readonly string[] => {
    const name = nameOf(candidate);
    return name === undefined ? [] : fieldsOf(name, candidate.relation);
  };
  for (;;) {
    const meeting = clashesOf(candidates, fields);
    const moving = candidates.filter((candidate) =>
      fields(candidate).some((name) => taken.has(name) || !isColumnName(name) || meeting.has(name)),
    );
    if (moving.length === 0) break;
    for (const candidate of moving) turns.set(candidate, (turns.get(candidate) ?? 0) + 1);
  }
  return new Map(
    candidates.flatMap((candidate): [Candidate, string][] => {
      const name = nameOf(candidate);
      return name === undefined ? [] : [[candidate, name]];
    }),
  );
}

/** The fields of a row that a relation gives. */
export function fieldsOf(name: string, { cardinality }: Pick<Relation, 'cardinality'>): readonly string[] {
  return cardinality === 'one' ? [name] : [name, `${name}Connection`, `${name}Aggregate`];
}
