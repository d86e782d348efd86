import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Logger } from '../observability/logger.ts';
import { toClientError, unknownRequest } from './errors.ts';
import { type CallDeps, useCall } from './plugins/use-call.ts';
import { useClientErrors } from './plugins/use-client-errors.ts';
import { useCsrfPrevention } from './plugins/use-csrf-prevention.ts';
import { useErrorCodes } from './plugins/use-error-codes.ts';
import { type OperationLimits, useOperationLimits } from './plugins/use-operation-limits.ts';
import type { TransportContext } from './transport.ts';

export interface YogaDeps extends CallDeps {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits;
}

export type Yoga = ReturnType<typeof createGateway>;

/**
 * The GraphQL engine with our policies. They sit in envelop hooks, so they hold for every transport that goes through
 * `getEnveloped`; the order below is the order in which an operation meets them.
 */
export function createGateway(deps: YogaDeps) {
  return createYoga<TransportContext>({
    schema: deps.schema,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    // CORS, the body limit and multipart are the server's: it knows the node request.
    cors: false,
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    logging: yogaLogger(deps.log),
    maskedErrors: {
      maskError: (error) => toClientError(error, { requestId: unknownRequest, role: 'ANON', log: deps.log }),
    },
    plugins: [
      useCsrfPrevention(),
      // Outermost: whatever follows may fail, and its error is for clients to see.
      useClientErrors(deps.log),
      useErrorCodes({ suggestions: deps.introspection === 'everybody' }),
      useOperationLimits(deps.limits),
      useCall(deps),
    ],
  });
}

function yogaLogger(log: Logger) {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...args: unknown[]): void =>
      log[level]({ yoga: args.map(String) }, 'yoga');
  // Yoga logs masked errors itself; they were logged with their cause already.
  return { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('debug') };
}
