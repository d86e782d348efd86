import { GraphQLError, type GraphQLSchema } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import type { ObservedOperation, OperationEnd } from '../../src/graphql/engine/observers.ts';
import type { SchemaChoice } from '../../src/graphql/engine/served-schema.ts';
import type { SchemaBuilder } from '../../src/graphql/kit/builder.ts';
import { createBuilder } from '../../src/graphql/kit/create-builder.ts';
import { JsonText } from '../../src/graphql/kit/json-text.ts';
import { AppError } from '../../src/lib/app-error.ts';
import { OutdatedSchema } from '../../src/module/outdated-schema.ts';
import { type EngineGateway, startEngineGateway } from '../support/engine-gateway.ts';
import { hmacToken, keyClaims, nowSeconds, userClaims } from '../support/tokens.ts';
import { acceptedClient, waitFor } from '../support/websocket-gateway.ts';

const anybody = { auth: { requires: 'ANON' } } as const;
const serviceToken = hmacToken(keyClaims('service_role'));

/** What parsing and writing anew would change: spaces, and digits that a double does not hold. */
const bigText = '{ "id": 12345678901234567890 }';

/** A source of subscriptions that the test pushes to. */
function createSource<T>() {
  const waiting: ((event: T) => void)[] = [];
  return {
    get subscribers() {
      return waiting.length;
    },
    push(event: T) {
      for (const resolve of waiting.splice(0)) resolve(event);
    },
    async *events(): AsyncGenerator<T> {
      for (;;) yield await new Promise<T>((resolve) => waiting.push(resolve));
    },
  };
}

type TextSource = ReturnType<typeof createSource<JsonText>>;

/** A module as one may come: its rows are texts, and no resolver of theirs ever runs. */
function addRows(builder: SchemaBuilder, changes: TextSource): void {
  const row = builder.objectRef<JsonText>('Row').implement({
    description: 'A row.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        nullable: true,
        resolve: () => {
          throw new Error('a ready text was looked into');
        },
      }),
    }),
  });
  const rows = { type: row, nullable: true, directives: anybody, answersText: true } as const;
  builder.queryFields((t) => ({
    plain: t.string({ nullable: true, directives: anybody, resolve: () => 'plain' }),
    big: t.field({ ...rows, resolve: () => new JsonText(bigText) }),
    echo: t.field({
      ...rows,
      args: { note: t.arg.string({ required: true }) },
      resolve: (_root, { note }, _context, { fieldNodes, returnType, parentType, schema }) => {
        const names = fieldNodes
          .flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
          .map((selection) =>
            selection.kind === 'Field' ? (selection.alias ?? selection.name).value : '...',
          );
        const own = parentType === schema.getQueryType();
        return new JsonText(JSON.stringify({ note, names, type: String(returnType), own }));
      },
    }),
    cut: t.field({ ...rows, resolve: () => new JsonText(bigText, { cut: [['cut']] }) }),
    none: t.field({ ...rows, resolve: () => null }),
    broken: t.field({
      ...rows,
      resolve: () => {
        throw new GraphQLError('no rows today', { extensions: { code: 'CONFLICT' } });
      },
    }),
    guarded: t.field({
      ...rows,
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      resolve: () => new JsonText(bigText),
    }),
    strict: t.field({
      ...rows,
      nullable: false,
      directives: { auth: { requires: 'ANON' }, rateLimit: { limit: 1, window: '1h' } },
      resolve: () => new JsonText(bigText),
    }),
  }));
  let done = 0;
  builder.mutationFields((t) => ({
    step: t.int({ nullable: true, directives: anybody, resolve: () => ++done }),
    textStep: t.field({ ...rows, resolve: async () => new JsonText(`{"id":${++done}}`) }),
  }));
  builder.subscriptionFields((t) => ({
    rowChanges: t.field({ ...rows, subscribe: () => changes.events(), resolve: (text) => text }),
  }));
}

function rowsSchema(changes = createSource<JsonText>()): GraphQLSchema {
  const builder = createBuilder();
  addRows(builder, changes);
  return builder.toSchema();
}

let gateway: EngineGateway | undefined;
afterEach(async () => {
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
});

async function start(schemas: SchemaChoice, observers?: Parameters<typeof startEngineGateway>[1]) {
  gateway = await startEngineGateway(schemas, observers);
  return gateway;
}

const justOne = (schema: GraphQLSchema): SchemaChoice => ({ forEverybody: () => schema });

async function post(query: string, options: { token?: string; accept?: string; signal?: AbortSignal } = {}) {
  const { token, accept = 'application/json', signal } = options;
  return await fetch(gateway?.url ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
    ...(signal ? { signal } : {}),
  });
}

const posted = async (query: string, token?: string) =>
  (await post(query, token === undefined ? {} : { token })).text();

/** The first message with a result that a bare socket gets for an operation, as it came. */
async function overWebSocket(query: string): Promise<string> {
  const { socket, send } = await acceptedClient(gateway?.webSocketUrl ?? '');
  const message = new Promise<string>((resolve) => {
    socket.on('message', (data) => {
      if (String(data).includes('"next"')) resolve(String(data));
    });
  });
  send({ type: 'subscribe', id: '1', payload: { query } });
  const text = await message;
  socket.close();
  return text;
}

describe('a root field that answers with ready JSON text', () => {
  it('has it sent as it is, among ordinary fields and in their order, over every transport', async () => {
    await start(justOne(rowsSchema()));
    const query =
      '{ last: plain ...F a: big { id } none { id } } fragment F on Query { big { id } __typename }';
    const data = `{"last":"plain","big":${bigText},"__typename":"Query","a":${bigText},"none":null}`;
    expect(await posted(query)).toBe(`{"data":${data}}`);
    const allowed = { 'x-graphql-yoga-csrf': '1' };
    const got = await fetch(`${gateway?.url}?query=${encodeURIComponent(query)}`, { headers: allowed });
    expect(await got.text()).toBe(`{"data":${data}}`);
    const streamed = await (await post(query, { accept: 'text/event-stream' })).text();
    expect(streamed).toContain(`event: next\ndata: {"data":${data}}\n\n`);
    expect(await overWebSocket(query)).toBe(`{"id":"1","type":"next","payload":{"data":${data}}}`);
  });

  it('is told what is selected, as its own schema has it', async () => {
    await start(justOne(rowsSchema()));
    const answer = JSON.parse(await posted('{ echo(note: "n") { id } echo(note: "n") { other: id } }'));
    expect(answer).toEqual({ data: { echo: { note: 'n', names: ['id', 'other'], type: 'Row', own: true } } });
  });

  it('is null where it fails or is refused, and the errors stand beside what is ready', async () => {
    await start(justOne(rowsSchema()));
    const query = '{ big { id } broken { id } guarded { id } }';
    const text = await posted(query);
    expect(text).toContain(`"data":{"big":${bigText},"broken":null,"guarded":null}}`);
    const paths = [
      { path: ['broken'], extensions: { code: 'CONFLICT' } },
      { path: ['guarded'], extensions: { code: 'UNAUTHENTICATED' } },
    ];
    expect(JSON.parse(text).errors).toMatchObject(paths);
    expect(JSON.parse(await overWebSocket(query))).toMatchObject({ payload: { errors: paths } });
    expect(await posted('{ guarded { id } }', serviceToken)).toBe(`{"data":{"guarded":${bigText}}}`);
  });

  it('may say something beside the data of its result', async () => {
    await start(justOne(rowsSchema()));
    const said = `"extensions":{"cut":[["cut"]]}`;
    expect(await posted('{ cut { id } plain }')).toBe(`{"data":{"cut":${bigText},"plain":"plain"},${said}}`);
    const query = '{ cut { id } broken { id } }';
    expect(await posted(query)).toContain(`"data":{"cut":${bigText},"broken":null},${said}}`);
    expect(await overWebSocket(query)).toContain(`"data":{"cut":${bigText},"broken":null},${said}}`);
  });

  it('spends its rate limit, and leaves no data where it may not be null', async () => {
    await start(justOne(rowsSchema()));
    expect(await posted('{ strict { id } }')).toBe(`{"data":{"strict":${bigText}}}`);
    const refused = JSON.parse(await posted('{ big { id } strict { id } }'));
    expect(refused).toMatchObject({ data: null, errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  });

  it('runs in its turn among mutations', async () => {
    await start(justOne(rowsSchema()));
    expect(await posted('mutation { step a: textStep { id } b: step }')).toBe(
      '{"data":{"step":1,"a":{"id":2},"b":3}}',
    );
  });

  it('is an object to those who ask what the schema is', async () => {
    await start(justOne(rowsSchema()));
    const query =
      '{ __schema { queryType { name } subscriptionType { fields { type { name } } } } __type(name: "Query") { fields { name type { name } } } big { id } }';
    const { data } = JSON.parse(await posted(query));
    expect(data.__schema).toEqual({
      queryType: { name: 'Query' },
      subscriptionType: { fields: [{ type: { name: 'Row' } }] },
    });
    expect(data.__type.fields).toContainEqual({ name: 'big', type: { name: 'Row' } });
  });
});

describe('a subscription whose source gives ready JSON text', () => {
  it('sends each as it is, over server-sent events and WebSocket', async () => {
    const changes = createSource<JsonText>();
    await start(justOne(rowsSchema(changes)));
    const query = 'subscription { c: rowChanges { id } }';
    const message = overWebSocket(query);
    const stream = await post(query, { accept: 'text/event-stream' });
    await waitFor(() => changes.subscribers === 2);
    changes.push(new JsonText(bigText));
    expect(await message).toBe(`{"id":"1","type":"next","payload":{"data":{"c":${bigText}}}}`);
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('data: {')) break;
    }
    expect(text).toContain(`event: next\ndata: {"data":{"c":${bigText}}}\n\n`);
  });

  it('is followed by the official client', async () => {
    const changes = createSource<JsonText>();
    const { client } = await start(justOne(rowsSchema(changes)));
    const results = client().iterate({ query: 'subscription { rowChanges { id } }' });
    const first = results.next();
    await waitFor(() => changes.subscribers === 1);
    changes.push(new JsonText('{"id":1}'));
    expect((await first).value).toEqual({ data: { rowChanges: { id: 1 } } });
    await results.return?.();
  });
});

/** A schema that says which one it is, and follows `events`. */
function labelled(label: string, events = createSource<string>()): GraphQLSchema {
  const builder = createBuilder();
  builder.queryFields((t) => ({
    label: t.string({ nullable: true, directives: anybody, resolve: () => label }),
    [label]: t.string({ nullable: true, directives: anybody, resolve: () => label }),
  }));
  builder.mutationFields((t) => ({
    signIn: t.string({
      nullable: true,
      directives: anybody,
      ignoresAuthorization: true,
      resolve: (_root, _args, { call }) => `${label}:${call.viewer.role}`,
    }),
  }));
  builder.subscriptionFields((t) => ({
    events: t.string({
      nullable: true,
      directives: anybody,
      sharing: { missed: () => 'missed', greets: () => false },
      subscribe: () => events.events(),
      resolve: (event) => `${label}:${String(event)}`,
    }),
  }));
  return builder.toSchema();
}

describe('the schema of an operation', () => {
  it('is decided by its caller, over every transport', async () => {
    const open = labelled('open');
    const full = labelled('full');
    const { client, url } = await start({ forViewer: ({ role }) => (role === 'SERVICE_ROLE' ? full : open) });
    expect(await posted('{ label }')).toBe('{"data":{"label":"open"}}');
    expect(await posted('{ label full }', serviceToken)).toBe('{"data":{"label":"full","full":"full"}}');
    expect(JSON.parse(await posted('{ full }'))).toMatchObject({
      errors: [{ locations: [{ line: 1, column: 3 }], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    expect(await posted('{ __type(name: "Query") { fields { name } } }')).not.toContain('full');
    const get = await fetch(`${url}?query={full}`, { headers: { authorization: `Bearer ${serviceToken}` } });
    expect(await get.text()).toBe('{"data":{"full":"full"}}');
    const streamed = await post('{ label }', { token: serviceToken, accept: 'text/event-stream' });
    expect(await streamed.text()).toContain('"label":"full"');
    const asked = async (query: string, params?: Record<string, string>) =>
      (await client(params).iterate({ query }).next()).value;
    expect(await asked('{ label }')).toEqual({ data: { label: 'open' } });
    expect(await asked('{ full }', { authorization: `Bearer ${serviceToken}` })).toEqual({
      data: { full: 'full' },
    });
    await expect(asked('{ full }')).rejects.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('is that of strangers where the credential is no good: for what ignores it, nothing else is told', async () => {
    const open = labelled('open');
    const full = labelled('full');
    await start({ forViewer: ({ role }) => (role === 'ANON' ? open : full) });
    const expired = hmacToken(userClaims({ exp: nowSeconds() - 3_600 }));
    for (const query of ['{ label }', '{ full }', '{ nothing }', 'mutation { signIn __typename }', '{']) {
      expect(JSON.parse(await posted(query, expired))).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'token_expired' } }],
      });
    }
    expect(await posted('mutation { signIn }', expired)).toBe('{"data":{"signIn":"open:ANON"}}');
    expect(await posted('mutation { signIn }', hmacToken(userClaims()))).toBe(
      '{"data":{"signIn":"full:ANON"}}',
    );
  });

  it('is looked for again where a document does not fit, once', async () => {
    let current = labelled('before');
    let asked = 0;
    await start({
      forViewer: () => current,
      reconsider(query) {
        if (!query.includes('after')) return undefined;
        asked += 1;
        current = labelled('after');
        return Promise.resolve();
      },
    });
    expect(JSON.parse(await posted('{ nothing }')).errors).toHaveLength(1);
    expect(await posted('{ after }')).toBe('{"data":{"after":"after"}}');
    expect(JSON.parse(await posted('{ afterwards }'))).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    expect(asked).toBe(2);
  });

  it('is not known where it cannot be looked for: that is told, not that the document is wrong', async () => {
    await start({
      forViewer: () => labelled('before'),
      reconsider: () => Promise.reject(new AppError('UPSTREAM_UNAVAILABLE', 'Not read yet.')),
    });
    expect(JSON.parse(await posted('{ after }'))).toMatchObject({
      errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
    });
  });

  it('is asked for anew, once, where a field has met that it is outdated and nothing else was changed', async () => {
    const runs: string[] = [];
    /** Its fields fail as long as it is outdated. */
    function outdating(label: string, isOutdated: boolean): GraphQLSchema {
      const builder = createBuilder();
      const run = (field: string): string => {
        runs.push(`${label} ${field}`);
        if (!isOutdated || field === 'other') return label;
        current = next;
        throw new OutdatedSchema();
      };
      const field = { nullable: true, directives: anybody } as const;
      builder.queryFields((t) => ({
        db: t.string({ ...field, resolve: () => run('db') }),
        other: t.string({ ...field, resolve: () => run('other') }),
      }));
      builder.mutationFields((t) => ({
        db: t.string({ ...field, resolve: () => run('db') }),
        other: t.string({ ...field, resolve: () => run('other') }),
      }));
      builder.subscriptionField('none', (t) =>
        t.string({ ...field, subscribe: () => createSource<string>().events(), resolve: () => label }),
      );
      return builder.toSchema();
    }
    const conflict = { extensions: { code: 'CONFLICT', reason: 'schema_changed', retryable: true } };
    const asked = async (query: string) => {
      runs.length = 0;
      current = outdating('before', true);
      return JSON.parse(await posted(query));
    };
    let next = outdating('after', false);
    let current = next;
    await start({ forViewer: () => current });

    expect(await asked('{ other db }')).toEqual({ data: { other: 'after', db: 'after' } });
    expect(await asked('mutation { db }')).toEqual({ data: { db: 'after' } });
    expect(await asked('mutation { other db }')).toMatchObject({
      data: { other: 'before', db: null },
      errors: [{ path: ['db'], ...conflict }],
    });
    expect(runs).toEqual(['before other', 'before db']);
    next = outdating('later', true);
    expect(await asked('{ db }')).toMatchObject({
      data: { db: null },
      errors: [{ path: ['db'], ...conflict }],
    });
    expect(runs).toEqual(['before db', 'later db']);
  });

  it('is another one as soon as it is replaced, while what runs keeps its own', async () => {
    const before = createSource<string>();
    const after = createSource<string>();
    let current = labelled('before', before);
    const { client, webSockets } = await start({ forEverybody: () => current });
    const query = 'subscription { events }';
    const one = client().iterate({ query });
    const first = one.next();
    await waitFor(() => before.subscribers === 1);
    expect(await posted('{ label }')).toBe('{"data":{"label":"before"}}');
    current = labelled('after', after);
    expect(await posted('{ label }')).toBe('{"data":{"label":"after"}}');
    expect(JSON.parse(await posted('{ before }')).errors).toHaveLength(1);
    const other = client().iterate({ query });
    const second = other.next();
    await waitFor(() => after.subscribers === 1);
    // The same identity, document and variables, but not the same schema.
    expect(webSockets.stats().shared).toBe(2);
    before.push('x');
    after.push('x');
    expect((await first).value).toEqual({ data: { events: 'before:x' } });
    expect((await second).value).toEqual({ data: { events: 'after:x' } });
    await one.return?.();
    await other.return?.();
  });
});

it('tells its observers of each operation when it begins and when it ends', async () => {
  const told: unknown[] = [];
  const observer = {
    began: ({ type, name, role }: ObservedOperation) => told.push(['began', type, name, role]),
    ended: ({ type, name, role }: ObservedOperation, { code, milliseconds }: OperationEnd) =>
      told.push(['ended', type, name, role, code, typeof milliseconds]),
  };
  const events = createSource<string>();
  const { client } = await start(justOne(labelled('one', events)), [observer]);
  await posted('query Q { label }', serviceToken);
  await posted('{ nothing }');
  expect(told.splice(0)).toEqual([
    ['began', 'query', 'Q', 'SERVICE_ROLE'],
    ['ended', 'query', 'Q', 'SERVICE_ROLE', 'OK', 'number'],
    ['ended', 'unknown', undefined, undefined, 'GRAPHQL_VALIDATION_FAILED', 'undefined'],
  ]);
  const results = client().iterate({ query: 'subscription S { events }' });
  const first = results.next();
  await waitFor(() => events.subscribers === 1);
  expect(told).toEqual([['began', 'subscription', 'S', 'ANON']]);
  events.push('x');
  await first;
  await results.return?.();
  await waitFor(() => told.length === 2);
  expect(told[1]).toEqual(['ended', 'subscription', 'S', 'ANON', 'OK', 'number']);
});
