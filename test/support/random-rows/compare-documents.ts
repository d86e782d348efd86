import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { expect } from 'vitest';
import { randomNumbers } from '../random-numbers.ts';
import type { RowsGateway } from '../rows-gateway.ts';
import { disturbances, type Viewer, viewers } from './fixture.ts';
import { type RandomDocument, randomDocument, randomPages } from './random-documents.ts';
import { referenceAnswer } from './reference.ts';
import type { Cursors } from './reference-asked.ts';

/** What each viewer's introspection says there is. */
export async function schemasOf(gateway: RowsGateway): Promise<ReadonlyMap<Viewer, GraphQLSchema>> {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true });
  const schemas = new Map<Viewer, GraphQLSchema>();
  for (const viewer of viewers) {
    const { data } = await gateway.graphqlText(query, { token: viewer.token });
    schemas.set(viewer, buildClientSchema(data));
  }
  return schemas;
}

export interface Compared {
  readonly gateway: RowsGateway;
  readonly schemas: ReadonlyMap<Viewer, GraphQLSchema>;
  readonly seed: number;
  readonly count: number;
}

/**
 * Sends random queries as random viewers and expects of each, down to the order of its keys, what the reference gives.
 * The seed, the viewer and the query stand in the failure.
 */
export async function compareDocuments({ gateway, schemas, seed, count }: Compared): Promise<void> {
  const random = randomNumbers(seed);
  for (let index = 0; index < count; index += 1) {
    const viewer = random.oneOf(viewers);
    const schema = schemaOf(schemas, viewer);
    await compare(gateway, viewer, schema, randomDocument(random, schema), `seed ${seed}, query ${index}`);
  }
}

/** The same for pages between random cursors: three of each random order. */
export async function comparePages({ gateway, schemas, seed, count }: Compared): Promise<void> {
  const random = randomNumbers(seed);
  for (let index = 0; index < count; index += 1) {
    const viewer = random.oneOf(viewers);
    const schema = schemaOf(schemas, viewer);
    const pages = randomPages(random, schema);
    const title = `seed ${seed}, pages ${index}`;
    const cursors = cursorsIn(await answerOf(gateway, viewer, { text: pages.all, variables: {} }, title));
    for (let page = 0; page < 3 && cursors.size > 0; page += 1) {
      await compare(gateway, viewer, schema, pages.page([...cursors.keys()]), `${title}.${page}`, cursors);
    }
  }
}

/** The same for many at once on few connections, next to queries that fail, take too long, or are left alone. */
export async function compareAtOnce({ gateway, schemas, seed, count }: Compared): Promise<void> {
  const random = randomNumbers(seed);
  const asked: { viewer: Viewer; document: RandomDocument; right: string; title: string }[] = [];
  for (let index = 0; index < count; index += 1) {
    const viewer = random.oneOf(viewers);
    const schema = schemaOf(schemas, viewer);
    const document = randomDocument(random, schema);
    const title = `seed ${seed}, query ${index} as ${JSON.stringify(viewer.claims)}`;
    asked.push({
      viewer,
      document,
      title,
      right: await rightAnswer(gateway, viewer, schema, document, title),
    });
  }
  await Promise.all(
    asked.map(async ({ viewer, document, right, title }, index) => {
      if (index % 5 === 0) await disturb(gateway, index);
      expect(await answerOf(gateway, viewer, document, title), `${title}: ${document.text}`).toBe(right);
    }),
  );
}

async function disturb(gateway: RowsGateway, index: number): Promise<void> {
  const { token, text, code } = disturbances[(index / 5) % disturbances.length] ?? fail();
  if (code !== undefined) {
    const { data, errors } = await gateway.graphqlText(text, { token });
    expect([data, errors[0]?.extensions.code]).toEqual([{ db: null }, code]);
    return;
  }
  const answer = fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: text }),
    signal: AbortSignal.timeout(100),
  });
  await expect(answer).rejects.toThrow();
}

function fail(): never {
  throw new Error('there is no such disturbance');
}

function schemaOf(schemas: ReadonlyMap<Viewer, GraphQLSchema>, viewer: Viewer): GraphQLSchema {
  const schema = schemas.get(viewer);
  if (schema === undefined) throw new Error(`${viewer.role} has no schema`);
  return schema;
}

function cursorsIn(answer: string): Cursors {
  const { db }: { db: { all: { edges: { cursor: string; node: Record<string, unknown> }[] } } } =
    JSON.parse(answer);
  return new Map(
    db.all.edges.map(({ cursor, node }) => [cursor, JSON.stringify(Object.values(node).map(String))]),
  );
}

/** The data as text. */
async function answerOf(
  gateway: RowsGateway,
  { token }: Viewer,
  { text, variables }: RandomDocument,
  title: string,
): Promise<string> {
  const { data, errors } = await gateway.graphqlText(text, { token, variables });
  expect(errors, `${title}: ${text}\n${JSON.stringify(variables)}`).toEqual([]);
  return JSON.stringify(data);
}

async function compare(
  gateway: RowsGateway,
  viewer: Viewer,
  schema: GraphQLSchema,
  asked: RandomDocument,
  where: string,
  cursors?: Cursors,
): Promise<void> {
  const title = `${where} as ${JSON.stringify(viewer.claims)}`;
  const right = await rightAnswer(gateway, viewer, schema, asked, title, cursors);
  const given = await answerOf(gateway, viewer, asked, title);
  expect(given, `${title}: ${asked.text}\n${JSON.stringify(asked.variables)}`).toBe(right);
}

async function rightAnswer(
  gateway: RowsGateway,
  viewer: Viewer,
  schema: GraphQLSchema,
  { text, variables }: RandomDocument,
  title: string,
  cursors?: Cursors,
): Promise<string> {
  const document = parse(text);
  // Else it is not the gateway that is wrong.
  expect(validate(schema, document), `${title}: ${text}`).toEqual([]);
  const { data, errors } = await referenceAnswer(gateway.admin, viewer, schema, {
    document,
    variables,
    ...(cursors ? { cursors } : {}),
  });
  expect(errors, `the reference to ${title}: ${text}\n${JSON.stringify(variables)}`).toBeUndefined();
  return JSON.stringify(data);
}
