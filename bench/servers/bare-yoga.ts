import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

// What a request costs before the gateway does anything: the same one field on a bare Yoga.
const yoga = createYoga({
  schema: createSchema({
    typeDefs: 'type Health { status: String! } type Query { health: Health! }',
    resolvers: { Query: { health: () => ({ status: 'OK' }) } },
  }),
  maxRequestBodySize: false,
  cors: false,
  logging: false,
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`listening ${address.port}`);
});
