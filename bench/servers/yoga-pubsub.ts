import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

interface Change {
  readonly type: string;
  readonly record: unknown;
}

// The recipe of graphql-yoga's documentation: createPubSub, and graphql-ws over Yoga's envelop.
const pubSub = createPubSub<{ change: [Change] }>();
const yoga = createYoga({
  schema: createSchema({
    typeDefs: `
      scalar JSON
      type Change { type: String! record: JSON }
      type Query { ok: Boolean }
      type Subscription { postgresChanges(table: String): Change! }`,
    resolvers: {
      Subscription: {
        postgresChanges: {
          subscribe: () => pubSub.subscribe('change'),
          resolve: (change: Change) => change,
        },
      },
    },
  }),
  logging: false,
  graphiql: { subscriptionsProtocol: 'WS' },
});
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const change: Change = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const times = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('times'));
  response.end();
  for (let n = 0; n < times; n += 1) {
    pubSub.publish('change', change);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
const sockets = new WebSocketServer({ server, path: '/graphql' });
useServer(
  {
    // biome-ignore lint/suspicious/noExplicitAny: as documented
    execute: (args: any) => args.rootValue.execute(args),
    // biome-ignore lint/suspicious/noExplicitAny: as documented
    subscribe: (args: any) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  sockets,
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`listening ${address.port}`);
});
