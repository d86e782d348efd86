import type { GraphQLInputObjectType } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import {
  type AggregateFunction,
  type Condition,
  type Operand,
  operators,
  states,
} from '../../../upstream/postgres/rows/compile/query.ts';
import type { Relation } from '../../../upstream/postgres/rows/model/model.ts';
import { parseJsonPath } from './json-path.ts';
import { inputObjectOf } from './operation.ts';

type Path = readonly string[];

const mostNodes = 500;
const mostLevels = 12;

/** What is left of the size that one condition may have. */
interface Budget {
  nodes: number;
}

/**
 * The condition that an argument of type `…Where` or `…Having` says; undefined where it is absent. Throws BAD_USER_INPUT
 * for a comparison with null and for one that is too large.
 */
export function conditionOf(type: GraphQLInputObjectType, value: unknown, path: Path): Condition | undefined {
  if (value === undefined) return undefined;
  return all(readWhere(type, value, path, { nodes: mostNodes }, 0));
}

function all(of: readonly Condition[]): Condition {
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { kind: 'and', of };
}

function readWhere(
  type: GraphQLInputObjectType,
  value: unknown,
  path: Path,
  budget: Budget,
  level: number,
): readonly Condition[] {
  if (level > mostLevels) throw badInput(path, `A condition must not be deeper than ${mostLevels} levels.`);
  const fields = type.getFields();
  return entriesOf(value, path).flatMap(([name, inner]): readonly Condition[] => {
    const at = [...path, name];
    const field = fields[name];
    if (field === undefined) throw new Error(`${type.name} has no field ${name}.`);
    spend(budget, at);
    const meaning = field.extensions.rows;
    switch (meaning?.kind) {
      case 'column': {
        const operand: Operand = { kind: 'column', column: meaning.column, path: undefined };
        return readFilter(operand, inner, at, budget);
      }
      case 'computed':
        return readFilter({ kind: 'computed', fn: meaning.fn, path: undefined }, inner, at, budget);
      case 'relation': {
        const other = inputObjectOf(field.type);
        return readRelated(meaning.relation, other, inner, at, budget, level);
      }
      case undefined:
        return readWord(name, type, inner, at, budget, level);
      default:
        throw new Error(`${type.name}.${name} is no condition.`);
    }
  });
}

/** `and`, `or`, `not`, and of groups the numbers. */
function readWord(
  name: string,
  type: GraphQLInputObjectType,
  value: unknown,
  path: Path,
  budget: Budget,
  level: number,
): readonly Condition[] {
  const deeper = (inner: unknown, at: Path): Condition => all(readWhere(type, inner, at, budget, level + 1));
  const part = (inner: unknown, at: Path): Condition => {
    spend(budget, at);
    return deeper(inner, at);
  };
  switch (name) {
    case 'and':
    case 'or':
      return [{ kind: name, of: listOf(value).map((each, index) => part(each, [...path, String(index)])) }];
    case 'not':
      return [{ kind: 'not', of: deeper(value, path) }];
    case 'count':
      return readFilter({ kind: 'count', distinct: [] }, value, path, budget);
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
      return readNumbers(name, type, value, path, budget);
    default:
      throw new Error(`${type.name}.${name} is no condition.`);
  }
}

function readNumbers(
  kind: AggregateFunction,
  having: GraphQLInputObjectType,
  value: unknown,
  path: Path,
  budget: Budget,
): readonly Condition[] {
  const field = having.getFields()[kind];
  if (field === undefined) throw new Error(`${having.name} has no field ${kind}.`);
  const columns = inputObjectOf(field.type).getFields();
  return entriesOf(value, path).flatMap(([name, inner]) => {
    const meaning = columns[name]?.extensions.rows;
    if (meaning?.kind !== 'column') throw new Error(`${having.name}.${kind}.${name} is no column.`);
    return readFilter({ kind, column: meaning.column }, inner, [...path, name], budget);
  });
}

function readRelated(
  relation: Relation,
  type: GraphQLInputObjectType,
  value: unknown,
  path: Path,
  budget: Budget,
  level: number,
): readonly Condition[] {
  if (relation.cardinality === 'one') {
    const where = all(readWhere(type, value, path, budget, level + 1));
    return [{ kind: 'related', relation, quantifier: 'one', where }];
  }
  return entriesOf(value, path).map(([name, inner]) => {
    const quantified = type.getFields()[name];
    if (quantified === undefined || !isQuantifier(name))
      throw new Error(`${type.name} has no field ${name}.`);
    const of = inputObjectOf(quantified.type);
    const where = all(readWhere(of, inner, [...path, name], budget, level + 1));
    return { kind: 'related', relation, quantifier: name, where };
  });
}

function isQuantifier(name: string): name is 'some' | 'none' | 'every' {
  return name === 'some' || name === 'none' || name === 'every';
}

function readFilter(operand: Operand, value: unknown, path: Path, budget: Budget): readonly Condition[] {
  return entriesOf(value, path).flatMap(([name, inner]): readonly Condition[] => {
    const at = [...path, name];
    spend(budget, at);
    switch (name) {
      case 'is':
        return [{ kind: 'is', operand, state: oneOf(states, inner) }];
      case 'textSearch':
        return [{ kind: 'textSearch', operand, ...textSearchOf(inner) }];
      case 'path':
        return readPath(operand, inner, at, budget);
      default:
        if (name === 'in' || name === 'notIn') refuseNulls(inner, at);
        return [{ kind: 'compare', operand, operator: oneOf(operators, name), value: inner }];
    }
  });
}

/** What graphql has seen to be one of these. */
function oneOf<const T>(all: readonly T[], value: unknown): T {
  const found = all.find((each) => each === value);
  if (found === undefined) throw new Error(`${String(value)} is no word of a condition.`);
  return found;
}

function readPath(operand: Operand, value: unknown, path: Path, budget: Budget): readonly Condition[] {
  if (operand.kind !== 'column' && operand.kind !== 'computed') throw new Error('Numbers hold no JSON.');
  const { at, ...rest } = recordOf(value);
  const inside = parseJsonPath(String(at), [...path, 'at']);
  return readFilter({ ...operand, path: inside }, rest, path, budget);
}

function textSearchOf(value: unknown): {
  query: string;
  config: string | undefined;
  type: 'PLAIN' | 'PHRASE' | 'WEB';
} {
  const { query, config, type } = recordOf(value);
  return {
    query: String(query),
    config: typeof config === 'string' ? config : undefined,
    type: type === 'PHRASE' || type === 'WEB' ? type : 'PLAIN',
  };
}

function refuseNulls(values: unknown, path: Path): void {
  if (Array.isArray(values) && values.includes(null)) throw comparedWithNull(path);
}

/** Given keys with their values. An absent variable leaves no key; null is no value to compare with. */
function entriesOf(value: unknown, path: Path): readonly (readonly [string, unknown])[] {
  if (value === null) throw comparedWithNull(path);
  return Object.entries(recordOf(value)).filter(([name, inner]) => {
    if (inner === null) throw comparedWithNull([...path, name]);
    return inner !== undefined;
  });
}

function comparedWithNull(path: Path): Error {
  return badInput(path, `${path.join('.')} must not be null: \`is: NULL\` finds what is null.`);
}

function spend(budget: Budget, path: Path): void {
  budget.nodes -= 1;
  if (budget.nodes < 0) throw badInput(path, `A condition must not have more than ${mostNodes} parts.`);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new Error('An input object was coerced to something else.');
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('A list was coerced to something else.');
}
