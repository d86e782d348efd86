import { groupBy } from '../../../../lib/group-by.ts';
import type { FunctionRow } from '../catalogue/functions.ts';
import { type Comment, readComment } from './comment.ts';
import { commentedRecord } from './commented-record.ts';
import type { Parameter, Returned, RowsFunction } from './model.ts';
import {
  camelCase,
  clashesOf,
  fullName,
  isLegalName,
  listed,
  parameterName,
  upperFirst,
  withoutClashes,
} from './names.ts';
import { fieldsOf } from './relations.ts';
import { rootNames } from './root-names.ts';
import type { TableDraft } from './tables.ts';
import { toAttributes, type ValueTypes } from './value-types.ts';

export interface FunctionsInput {
  readonly rows: readonly FunctionRow[];
  readonly tables: ReadonlyMap<string, TableDraft>;
  readonly types: ValueTypes;
  readonly prefixOf: (schema: string) => readonly string[];
  readonly remark: (text: string) => void;
}

interface FunctionDraft {
  readonly row: FunctionRow;
  readonly comment: Comment;
  /** Of a computed field: the table of whose rows it is one. */
  readonly of: TableDraft | undefined;
}

/** The functions that are fields of their own; those over a row are added to its table. */
export function buildFunctions(input: FunctionsInput): RowsFunction[] {
  const drafts = input.rows.flatMap((row): FunctionDraft[] => {
    const comment = readComment(row.comment, (fault) => input.remark(`function ${fullName(row)}: ${fault}`));
    return comment.hide === true ? [] : [{ row, comment, of: tableOfFirst(row, input) }];
  });
  const called = withoutOverloads(drafts, input.remark);
  const computed = groupBy(called, ({ of }) => of);
  for (const [table, functions] of computed) if (table !== undefined) addComputed(table, functions, input);
  return withoutRootClashes(
    (computed.get(undefined) ?? []).flatMap((draft) => buildFunction(draft, input)),
    input,
  );
}

function tableOfFirst(row: FunctionRow, { tables, types }: FunctionsInput): TableDraft | undefined {
  const first = row.parameters.find(({ mode }) => mode !== 'OUT' && mode !== 'TABLE');
  return first?.mode === 'IN' ? tables.get(types.tableIdOf(first.typeId) ?? '') : undefined;
}

/** GraphQL has none: of functions with one name only those stay that a comment names. */
function withoutOverloads(drafts: readonly FunctionDraft[], remark: (text: string) => void): FunctionDraft[] {
  const isNamed = ({ comment }: FunctionDraft): boolean => comment.name !== undefined;
  const ofOneName = groupBy(drafts, ({ row, of }) => `${of?.table.id ?? ''} ${row.schema} ${row.name}`);
  return [...ofOneName.values()].flatMap((functions) => {
    const [first, ...others] = functions;
    if (first === undefined || others.length === 0) return functions;
    const named = functions.filter(isNamed);
    if (named.length < functions.length) {
      remark(
        `${functions.length - named.length} functions ${fullName(first.row)} are not shown, since ` +
          `${functions.length} have this name: a comment can give each one of its own`,
      );
    }
    return named;
  });
}

function addComputed(table: TableDraft, drafts: readonly FunctionDraft[], input: FunctionsInput): void {
  const fields = new Set([
    ...table.table.columns.map(({ apiName }) => apiName),
    ...table.relations.flatMap((relation) => fieldsOf(relation.apiName, relation)),
  ]);
  const functions = drafts.flatMap((draft) => buildFunction(draft, input));
  const free = functions.filter((fn) => {
    const isFree = !fields.has(fn.apiName);
    if (!isFree) notShown([fn], `${fullName(table.table)} has another field ${fn.apiName}`, input);
    return isFree;
  });
  table.computed.push(...onceEach(free, input));
}

function onceEach(functions: readonly RowsFunction[], input: FunctionsInput): RowsFunction[] {
  return withoutClashes(
    functions,
    ({ apiName }) => [apiName],
    (apiName, meeting) => notShown(meeting, `they would be called ${apiName}`, input),
  );
}

function withoutRootClashes(functions: readonly RowsFunction[], input: FunctionsInput): RowsFunction[] {
  const tables = [...input.tables.values()].map(({ table }) => table);
  const reads = new Set(tables.flatMap((table) => rootNames(table).reads));
  const writes = new Set(tables.flatMap((table) => rootNames(table).writes));
  const free = functions.filter((fn) => {
    const isFree = !(fn.volatility === 'VOLATILE' ? writes : reads).has(fn.apiName);
    if (!isFree) notShown([fn], `a table has the field ${fn.apiName}`, input);
    return isFree;
  });
  return onceEach(free, input);
}

function notShown(functions: readonly RowsFunction[], reason: string, { remark }: FunctionsInput): void {
  const names = listed(functions.map((fn) => fullName(fn)));
  remark(`function ${names} is not shown: ${reason}; a comment can give another name`);
}

function buildFunction({ row, comment, of }: FunctionDraft, input: FunctionsInput): RowsFunction[] {
  const { types, remark, prefixOf } = input;
  const parameters = buildParameters(row, of !== undefined, types);
  const returns = returnedBy(row, comment, input);
  if (parameters === undefined || returns === undefined) return [];
  const meeting = [...clashesOf(parameters, ({ apiName }) => [apiName]).keys()];
  if (meeting.length > 0) {
    remark(`function ${fullName(row)} is not shown: it has two parameters ${listed(meeting)}`);
    return [];
  }
  // A computed field stands in its table, which has the schema in its name already.
  const prefix = of === undefined ? prefixOf(row.schema) : [];
  const apiName = comment.name ?? camelCase(...prefix, row.name);
  if (comment.name === undefined && !isLegalName(row.name)) {
    remark(`function ${fullName(row)} is called ${apiName}: GraphQL cannot carry its own name`);
  }
  return [
    {
      id: row.id,
      schema: row.schema,
      name: row.name,
      apiName,
      typeName: `${of?.table.typeName ?? ''}${upperFirst(apiName)}`,
      description: comment.description,
      volatility: row.volatility,
      parameters,
      returns,
      setReturning: row.isSetReturning,
    },
  ];
}

/** Undefined where one of them takes what is no value. */
function buildParameters(row: FunctionRow, isComputed: boolean, types: ValueTypes): Parameter[] | undefined {
  const taking = row.parameters.filter(({ mode }) => mode !== 'OUT' && mode !== 'TABLE');
  const parameters = taking.slice(isComputed ? 1 : 0).map(({ name, typeId, mode, hasDefault }, place) => {
    const type = types.get(typeId);
    const apiName = parameterName(name, place + 1, row.isSetReturning);
    return type && { name: name ?? undefined, apiName, type, hasDefault, variadic: mode === 'VARIADIC' };
  });
  const known = parameters.filter((parameter) => parameter !== undefined);
  return known.length === parameters.length ? known : undefined;
}

/** Undefined for rows of which nobody says what they are, or without a column that could be shown. */
function returnedBy(
  row: FunctionRow,
  comment: Comment,
  { tables, types, remark }: FunctionsInput,
): Returned | undefined {
  const giving = row.parameters.filter(({ mode }) => mode !== 'IN' && mode !== 'VARIADIC');
  if (giving.length > 1 || giving.some(({ mode }) => mode === 'TABLE')) {
    const columns = giving.map(({ name, typeId }, place) => ({
      name: name ?? `column${place + 1}`,
      type: types.get(typeId),
    }));
    const attributes = toAttributes(columns, (text) => remark(`function ${fullName(row)}: ${text}`));
    return attributes.length === 0 ? undefined : { kind: 'record', attributes, isBare: false };
  }
  const pseudo = types.pseudoTypeOf(row.returnTypeId);
  if (pseudo === 'void') return { kind: 'void' };
  const table = tables.get(types.tableIdOf(row.returnTypeId) ?? '')?.table;
  if (table !== undefined) return { kind: 'table', table };
  const type = types.get(row.returnTypeId);
  if (type !== undefined) return { kind: 'value', type };
  const record = commentedRecord(comment.columns, types);
  if (typeof record !== 'string') return record;
  remark(`function ${fullName(row)} is not shown: ${record}`);
  return undefined;
}
