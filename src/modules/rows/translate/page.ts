import type { GraphQLField } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import type { Page, Slice } from '../../../upstream/postgres/rows/compile/query.ts';
import type { Column } from '../../../upstream/postgres/rows/model/model.ts';
import { conditionOf } from './condition.ts';
import { argumentType, type Operation } from './operation.ts';
import { orderOf } from './order.ts';

type Field = GraphQLField<unknown, unknown>;
type Args = Readonly<Record<string, unknown>>;

/** Which rows of a list, by its arguments. Throws BAD_USER_INPUT. */
export function pageOf(operation: Operation, field: Field, args: Args): Page {
  return {
    where: conditionOf(argumentType(field, 'where'), args['where'], ['where']),
    orderBy: orderOf(argumentType(field, 'orderBy'), args['orderBy'], ['orderBy']),
    distinctOn: columnsOf(args['distinctOn']),
    ...limitsOf(operation, args),
  };
}

/** `limit` and `offset`. */
export function limitsOf(operation: Operation, args: Args): Pick<Page, 'limit' | 'offset'> {
  return {
    limit: countOf('limit', args['limit'], operation.maxRows),
    offset: countOf('offset', args['offset'], Number.MAX_SAFE_INTEGER),
  };
}

/** Which page of a connection, by its arguments: `last` or `before` alone go backwards. Throws BAD_USER_INPUT. */
export function sliceOf({ maxRows }: Operation, args: Args): Slice {
  const first = countOf('first', args['first'], maxRows);
  const last = countOf('last', args['last'], maxRows);
  if (first !== undefined && last !== undefined) {
    throw badInput(['last'], 'A page has `first` or `last`, not both.');
  }
  return {
    direction: last === undefined ? 'forward' : 'backward',
    size: last ?? first ?? Math.min(100, maxRows),
    after: textOf(args['after']),
    before: textOf(args['before']),
  };
}

/** The columns that an argument of type `[…Column!]` names: the enum's values are the columns themselves. */
export function columnsOf(value: unknown): readonly Column[] {
  return Array.isArray(value) ? value : [];
}

/** An argument that is a count of rows; undefined where it is absent. Throws BAD_USER_INPUT. */
export function countOf(name: string, value: unknown, most: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? '0 or more' : `from 0 to ${most}`;
  throw badInput([name], `${name} must be ${range}.`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
