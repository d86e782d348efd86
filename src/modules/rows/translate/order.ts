import type { GraphQLInputObjectType } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import type {
  AggregateFunction,
  OrderKey,
  OrderTerm,
} from '../../../upstream/postgres/rows/compile/query.ts';
import type { Relation } from '../../../upstream/postgres/rows/model/model.ts';
import { parseJsonPath } from './json-path.ts';
import { inputObjectOf } from './operation.ts';

/** Each may be a number over related rows, which Postgres plans as a query of its own. */
const mostTerms = 50;

/**
 * The order that an argument of type `[…OrderBy!]` says. Throws BAD_USER_INPUT for a path that cannot be read, and for more
 * terms than anybody needs.
 */
export function orderOf(type: GraphQLInputObjectType, value: unknown, path: readonly string[]): OrderTerm[] {
  if (!Array.isArray(value)) return [];
  if (value.length > mostTerms) {
    throw badInput(path, `${path.join('.')} must not have more than ${mostTerms} terms.`);
  }
  return value.map((term, index) => termOf(type, term, [], [...path, String(index)]));
}

function termOf(
  type: GraphQLInputObjectType,
  term: unknown,
  through: readonly Relation[],
  path: readonly string[],
): OrderTerm {
  const [name, value] = onlyEntry(term);
  const field = type.getFields()[name];
  if (field === undefined) throw new Error(`${type.name} has no field ${name}.`);
  const meaning = field.extensions.rows;
  const at = [...path, name];
  switch (meaning?.kind) {
    case 'column': {
      const { column } = meaning;
      if (!isRecord(value)) return directed({ kind: 'column', column, path: undefined }, value, through);
      const inside = parseJsonPath(String(value['at']), [...at, 'at']);
      return directed({ kind: 'column', column, path: inside }, value['direction'], through);
    }
    case 'computed':
      return directed({ kind: 'computed', fn: meaning.fn }, value, through);
    case 'relation':
      return termOf(inputObjectOf(field.type), value, [...through, meaning.relation], at);
    case 'relationAggregate':
      return aggregateTerm(inputObjectOf(field.type), value, through, meaning.relation);
    case undefined:
      if (name === 'key') return termOf(inputObjectOf(keyType(type)), value, through, at);
      return aggregateTerm(type, term, through, undefined);
  }
}

/** `{ count: DESC }`, `{ max: { createdAt: DESC } }`. */
function aggregateTerm(
  type: GraphQLInputObjectType,
  term: unknown,
  through: readonly Relation[],
  relation: Relation | undefined,
): OrderTerm {
  const [kind, value] = onlyEntry(term);
  if (kind === 'count') return directed({ kind, relation }, value, through);
  const field = type.getFields()[kind];
  if (!isAggregate(kind) || field === undefined) throw new Error(`${type.name} has no field ${kind}.`);
  const [name, direction] = onlyEntry(value);
  const meaning = inputObjectOf(field.type).getFields()[name]?.extensions.rows;
  if (meaning?.kind !== 'column') throw new Error(`${type.name}.${kind}.${name} is no column.`);
  return directed({ kind, relation, column: meaning.column }, direction, through);
}

function keyType(type: GraphQLInputObjectType) {
  const key = type.getFields()['key'];
  if (key === undefined) throw new Error(`${type.name} has no field key.`);
  return key.type;
}

function isAggregate(name: string): name is AggregateFunction {
  return name === 'sum' || name === 'avg' || name === 'min' || name === 'max';
}

function directed(by: OrderKey, direction: unknown, through: readonly Relation[]): OrderTerm {
  const words = String(direction).split('_');
  return {
    through,
    by,
    direction: words[0] === 'DESC' ? 'DESC' : 'ASC',
    nulls: words[2] === 'FIRST' || words[2] === 'LAST' ? words[2] : undefined,
  };
}

/** Of an object with `@oneOf`, which graphql has seen to. */
function onlyEntry(value: unknown): readonly [string, unknown] {
  const [entry] = isRecord(value) ? Object.entries(value).filter(([, inner]) => inner !== undefined) : [];
  if (entry === undefined) throw new Error('An object of one key has none.');
  return entry;
}
