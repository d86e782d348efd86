import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { operationCost } from '../../src/graphql/engine/cost.ts';
import { operationFacts } from '../../src/graphql/engine/facts.ts';

const schema = buildSchema(`
  type Query { rows(first: Int! = 5): RowConnection }
  type RowConnection { nodes: [Row!]! }
  type Row { id: Int }
`);

function costOf(text: string, variables: Record<string, unknown> = {}): number {
  const facts = operationFacts(parse(text));
  if (facts === undefined) throw new Error('There is no operation.');
  const { operation, fragments } = facts;
  return operationCost({ schema, operation, fragments, variables });
}

it('counts a page by the default of its variable where the caller leaves the variable out', () => {
  const operation = 'query($n: Int! = 400) { rows(first: $n) { nodes { id } } }';
  const literal = costOf('{ rows(first: 400) { nodes { id } } }');
  expect(literal).toBe(801);
  expect(costOf(operation)).toBe(literal);
  expect(costOf(operation, { n: 3 })).toBe(costOf('{ rows(first: 3) { nodes { id } } }'));
});
