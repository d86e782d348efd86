import { createYoga } from 'graphql-yoga';
import type { OperationEngine } from '../../graphql/engine/engine.ts';
import { toClientError, unknownRequest } from '../../graphql/engine/errors.ts';
import type { Logger } from '../../observability/logger.ts';
import { useCsrfPrevention } from './csrf.ts';
import { useOperationEngine, type YogaContext } from './use-operation-engine.ts';

export type Yoga = ReturnType<typeof createGraphQLYoga>;

/** GraphQL over HTTP as Yoga speaks it, in front of the engine: GET, server-sent events, multipart, negotiation. */
export function createGraphQLYoga(engine: OperationEngine, log: Logger) {
  return createYoga<YogaContext>({
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    // CORS, the body limit and multipart are the server's: it knows the node request.
    cors: false,
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    logging: yogaLogger(log),
    maskedErrors: {
      maskError: (error) => toClientError(error, { requestId: unknownRequest, role: 'ANON', log }),
    },
    plugins: [useCsrfPrevention(), useOperationEngine(engine, log)],
  });
}

function yogaLogger(log: Logger) {
  const write =
    (level: 'debug' | 'warn') =>
    (...args: unknown[]): void =>
      log[level]({ yoga: args.map(String) }, 'yoga');
  // Errors were logged with their cause when they were masked.
  return { debug: () => undefined, info: write('debug'), warn: write('warn'), error: write('debug') };
}
