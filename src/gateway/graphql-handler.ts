import type { OperationEngine } from '../graphql/engine/engine.ts';
import { createGraphiQL, wantsPage } from '../http/graphql/graphiql.ts';
import { createGraphQLHttp } from '../http/graphql/graphql-http.ts';
import { createGraphQLYoga } from '../http/graphql/yoga.ts';
import type { ReadRequestHeaders } from '../http/request-headers.ts';
import { requestTransport } from '../http/request-transport.ts';
import type { Handler } from '../http/server.ts';
import type { Logger } from '../observability/logger.ts';
import type { RequestCallers } from './callers.ts';
import type { Config } from './config.ts';
import type { SharedLimits } from './shared-limits.ts';

export interface GraphQLHandlerDeps {
  readonly config: Config;
  readonly engine: OperationEngine;
  readonly callers: RequestCallers;
  readonly requestHeaders: ReadRequestHeaders;
  readonly limits: SharedLimits;
  readonly draining: () => boolean;
  readonly log: Logger;
}

/** `/graphql` over HTTP: operations, and GraphiQL for browsers where it is on. */
export function createGraphQLHandler(deps: GraphQLHandlerDeps): Handler {
  const { engine, callers, requestHeaders, limits, draining, log } = deps;
  const { server, graphql, mode } = deps.config;
  const graphqlHttp = createGraphQLHttp({
    engine,
    yoga: createGraphQLYoga(engine, log),
    log,
    draining,
    maxBodyBytes: server.maxBodyBytes,
    maxJsonBytes: server.maxJsonBytes,
    bodies: limits.bodies,
    upload: {
      maxFileBytes: server.maxUploadBytes,
      maxFiles: server.maxUploadFiles,
      held: limits.heldFiles,
    },
  });
  const graphiql = graphql.graphiql ? createGraphiQL({ keepKey: mode === 'dev' }) : undefined;
  const transportDeps = { ...callers, requestHeaders, places: limits.places };
  return async (request, response) => {
    if (graphiql && wantsPage(request)) await graphiql(request, response);
    else await graphqlHttp(request, response, requestTransport(request, response, transportDeps));
  };
}
