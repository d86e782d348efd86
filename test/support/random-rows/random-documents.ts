import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import type { RandomNumbers } from '../random-numbers.ts';
import { documentVariables, written } from './document-variables.ts';
import { randomArguments } from './random-arguments.ts';
import { randomSelection } from './random-selection.ts';

export interface RandomDocument {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A query of all kinds of fields, as a caller's own schema has them. */
export function randomDocument(random: RandomNumbers, schema: GraphQLSchema): RandomDocument {
  const db = dbOf(schema);
  const variables = documentVariables();
  const args = randomArguments(random, variables);
  const keyOf = keysIn(db);
  const selection = randomSelection({ random, variables, args, keyOf, cursors: false });
  const body = selection.of(db, 3);
  return {
    text: `query${variables.declarations()} { db ${body} }${selection.fragments()}`,
    variables: variables.values,
  };
}

/** Pages of one connection in one order. */
export interface RandomPages {
  /** All rows, with their cursors and with what their keys are. */
  readonly all: string;
  /** A page between some of these cursors. */
  page(cursors: readonly string[]): RandomDocument;
}

export function randomPages(random: RandomNumbers, schema: GraphQLSchema): RandomPages {
  const db = dbOf(schema);
  const keyOf = keysIn(db);
  const field = random.oneOf(Object.values(db.getFields()).filter(({ name }) => name.endsWith('Connection')));
  const connection = objectOf(field);
  const key = keyOf(rowOf(connection));
  const order = argumentOf(field, 'orderBy');
  const withoutVariables = documentVariables();
  const terms = randomArguments(random, withoutVariables).order(order, random.once(2) ? key : []);
  const orderBy = `orderBy: ${written(order, terms)}`;
  return {
    all: `{ db { all: ${field.name}(${orderBy}, first: 1000) { edges { cursor node { ${key.join(' ')} } } } } }`,
    page(cursors) {
      const variables = documentVariables();
      const args = randomArguments(random, variables);
      const given = [orderBy];
      for (const name of ['after', 'before'] as const) {
        if (random.once(2)) continue;
        const variable = variables.given(argumentOf(field, name), random.oneOf(cursors));
        given.push(`${name}: ${written(argumentOf(field, name), variable)}`);
      }
      const others = field.args.filter(({ name }) => ['where', 'first', 'last'].includes(name));
      const rest = args.of(others, []).slice(1, -1);
      const selection = randomSelection({ random, variables, args, keyOf, cursors: true });
      const body = selection.of(connection, 1);
      const parts = rest === '' ? given : [...given, rest];
      return {
        text: `query${variables.declarations()} { db { page: ${field.name}(${parts.join(', ')}) ${body} } }${selection.fragments()}`,
        variables: variables.values,
      };
    },
  };
}

function dbOf(schema: GraphQLSchema): GraphQLObjectType {
  const type = schema.getType('DbQuery');
  if (!isObjectType(type)) throw new Error('the schema has no DbQuery');
  return type;
}

function objectOf({ type, name }: GraphQLField<unknown, unknown>): GraphQLObjectType {
  const inner = getNamedType(type);
  if (!isObjectType(inner)) throw new Error(`${name} gives no object`);
  return inner;
}

function rowOf(connection: GraphQLObjectType): string {
  const nodes = connection.getFields()['nodes'];
  if (nodes === undefined) throw new Error(`${connection.name} has no nodes`);
  return getNamedType(nodes.type).name;
}

function argumentOf(field: GraphQLField<unknown, unknown>, name: string): GraphQLInputType {
  const argument = field.args.find((each) => each.name === name);
  if (argument === undefined) throw new Error(`${field.name} has no ${name}`);
  return argument.type;
}

/** The key of a row's type: what the field that looks a row up by it takes. */
function keysIn(db: GraphQLObjectType): (row: string) => readonly string[] {
  const keys = new Map(
    Object.values(db.getFields())
      .filter(({ name }) => name.endsWith('ByPk'))
      .map(({ type, args }) => [getNamedType(type).name, args.map(({ name }) => name)]),
  );
  return (row) => keys.get(row) ?? [];
}
