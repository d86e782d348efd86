import type { GraphQLInputObjectType } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import type { Condition } from '../../../upstream/postgres/rows/compile/query.ts';
import type {
  Change,
  ChosenRows,
  InsertQuery,
  OnConflict,
  UpdateManyQuery,
  WriteAnswer,
  WriteQuery,
  WriteSelected,
} from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { Key } from '../../../upstream/postgres/rows/model/model.ts';
import { changesOf } from './changes.ts';
import { conditionOf } from './condition.ts';
import { readQueryOf } from './db-query.ts';
import { keyArgument } from './key-arguments.ts';
import { newRowOf, rowBudget } from './new-rows.ts';
import {
  argumentsOf,
  argumentType,
  inputObjectOf,
  type KnownField,
  type Operation,
  objectTypeOf,
  selectedFields,
} from './operation.ts';
import { columnsOf, countOf } from './page.ts';
import { rowSelection } from './selection.ts';
import { refuseVanished } from './vanished-filter.ts';

type Args = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** What a field of the mutation's `db` asks for. Throws BAD_USER_INPUT. */
export function writeQueryOf(operation: Operation, selected: KnownField): WriteQuery {
  const { field, node } = selected;
  const args = argumentsOf(operation, field, node);
  const meaning = field.extensions.rows;
  switch (meaning?.kind) {
    case 'call':
      return { kind: 'changingCall', query: readQueryOf(operation, selected) };
    case 'insert':
    case 'insertOne':
      return {
        kind: 'insert',
        ...meaning.target,
        answer: answerOf(operation, selected, meaning.kind === 'insertOne'),
        objects: newRows(operation, selected, args),
        onConflict: onConflictOf(selected, args, meaning.tellsInserted),
      };
    case 'update':
    case 'updateByKey':
      return {
        kind: 'update',
        ...meaning.target,
        answer: answerOf(operation, selected, 'key' in meaning),
        rows: 'key' in meaning ? namedRow(selected, meaning.key, args) : chosenRows(selected, args),
        changes: changesOf((kind) => argumentType(field, kind), args, []),
      };
    case 'updateMany':
      return {
        kind: 'updateMany',
        ...meaning.target,
        answer: answerOf(operation, selected, false),
        updates: updatesOf(operation, selected, args),
      };
    case 'delete':
    case 'deleteByKey':
      return {
        kind: 'delete',
        ...meaning.target,
        answer: answerOf(operation, selected, 'key' in meaning),
        rows: 'key' in meaning ? namedRow(selected, meaning.key, args) : chosenRows(selected, args),
      };
    default:
      throw new Error(`${field.name} is no field of db.`);
  }
}

function answerOf(operation: Operation, { field, nodes }: KnownField, isRow: boolean): WriteAnswer {
  const type = objectTypeOf(field);
  if (isRow) return { kind: 'row', select: rowSelection(operation, type, nodes) };
  const select = selectedFields(operation, type, nodes).map((part): WriteSelected => {
    const { key, name } = part;
    if (part.field === undefined) return { key, kind: 'typename', name: type.name };
    switch (name) {
      case 'affectedCount':
      case 'insertedCount':
        return { key, kind: name };
      case 'returning':
        return { key, kind: name, select: rowSelection(operation, objectTypeOf(part.field), part.nodes) };
      default:
        throw new Error(`${type.name} has no ${name}.`);
    }
  });
  return { kind: 'rows', select };
}

/** Of `objects` or `object`. */
function newRows(
  { maxRows }: Operation,
  { field }: KnownField,
  { objects, object }: Args,
): InsertQuery['objects'] {
  const count = rowBudget(maxRows);
  if (!Array.isArray(objects)) return [newRowOf(argumentType(field, 'object'), object, ['object'], count)];
  const type = argumentType(field, 'objects');
  return objects.map((each, index) => newRowOf(type, each, ['objects', String(index)], count));
}

function onConflictOf(
  { field }: KnownField,
  { onConflict }: Args,
  tellsInserted: boolean,
): OnConflict | undefined {
  if (!isRecord(onConflict)) return undefined;
  const where = argumentType(field, 'onConflict').getFields()['where'];
  if (where === undefined) throw new Error(`${field.name} has no condition.`);
  return {
    // The enum's values are the keys themselves.
    key: onConflict['constraint'] as Key,
    update: columnsOf(onConflict['update']),
    where: conditionOf(inputObjectOf(where.type), onConflict['where'], ['onConflict', 'where']),
    tellsInserted,
  };
}

function chosenRows({ field }: KnownField, args: Args): ChosenRows {
  return {
    kind: 'where',
    where: writtenWhere(argumentType(field, 'where'), args, []),
    atMost: countOf('atMost', args['atMost'], Number.MAX_SAFE_INTEGER),
  };
}

function namedRow({ field }: KnownField, key: Key, args: Args): ChosenRows {
  const { ifMatch } = args;
  const type = argumentType(field, 'ifMatch');
  if (ifMatch !== undefined)
    refuseVanished(type, ifMatch, ['ifMatch'], 'it would match whatever the row is.');
  return {
    kind: 'key',
    key,
    values: key.columns.map((column) => args[keyArgument(column)]),
    ifMatch: conditionOf(type, ifMatch, ['ifMatch']),
  };
}

function updatesOf(
  { maxRows }: Operation,
  { field }: KnownField,
  { updates }: Args,
): UpdateManyQuery['updates'] {
  const type = argumentType(field, 'updates');
  const fields = type.getFields();
  const typeOf = (name: string): GraphQLInputObjectType => {
    const inner = fields[name];
    if (inner === undefined) throw new Error(`${type.name} has no field ${name}.`);
    return inputObjectOf(inner.type);
  };
  const given: readonly unknown[] = Array.isArray(updates) ? updates : [];
  if (given.length > maxRows) throw badInput(['updates'], `There must be no more than ${maxRows} updates.`);
  return given.map((each, index): { where: Condition; changes: readonly Change[] } => {
    const path = ['updates', String(index)];
    const update = isRecord(each) ? each : {};
    return { where: writtenWhere(typeOf('where'), update, path), changes: changesOf(typeOf, update, path) };
  });
}

/** Which rows are written. */
function writtenWhere(type: GraphQLInputObjectType, { where, all }: Args, path: Path): Condition {
  const at = [...path, 'where'];
  if (all !== true) refuseVanished(type, where, at, 'every row would be meant, which takes `all: true`.');
  return conditionOf(type, where, at) ?? { kind: 'and', of: [] };
}
