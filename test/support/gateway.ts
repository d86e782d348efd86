import { loadConfig } from '../../src/gateway/config.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import type { Logger } from '../../src/observability/logger.ts';
import type { DataOf, OperationText, VariablesOf } from './gql.ts';
import { silentLog } from './test-call.ts';

export interface TestGateway extends AsyncDisposable {
  /** Origin, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly graphqlUrl: string;
  readonly graphqlWsUrl: string;
  /** Posts an operation and gives the parsed answer. */
  graphql<Text extends OperationText>(
    operation: Text,
    options?: GraphQLOptions<VariablesOf<Text>>,
  ): Promise<GraphQLAnswer<DataOf<Text>>>;
  /** Posts what need not fit the schema: wrong on purpose, or made at run time. */
  graphqlText(text: string, options?: GraphQLOptions): Promise<GraphQLAnswer>;
  close(): Promise<void>;
}

/** Posts operations as one caller. */
export type Ask = <Text extends OperationText>(
  operation: Text,
  variables?: VariablesOf<Text>,
) => Promise<GraphQLAnswer<DataOf<Text>>>;

interface GraphQLOptions<Variables = Record<string, unknown>> {
  readonly variables?: Variables | undefined;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly operationName?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the answers to plain texts are of every shape
export interface GraphQLAnswer<Data = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    readonly extensions: any;
  }[];
}

/**
 * A gateway on a free loopback port, in the development profile unless `env` says otherwise. `env` is what the
 * environment would hold; nothing is read from the real one.
 */
export async function startTestGateway(
  env: Readonly<Record<string, string>>,
  options: { log?: Logger; mode?: 'dev' | 'serve' } = {},
): Promise<TestGateway> {
  const config = loadConfig(
    { HOST: '127.0.0.1', PORT: '0', DRAIN_DELAY: '0s', ...env },
    { mode: options.mode ?? 'dev' },
  );
  const gateway = createGateway(config, { log: options.log ?? silentLog });
  const { port } = await gateway.listen();
  const url = `http://127.0.0.1:${port}`;
  const graphqlUrl = `${url}/graphql`;
  return {
    url,
    graphqlUrl,
    graphqlWsUrl: graphqlUrl.replace('http', 'ws'),
    graphql: (operation, options) => postOperation(graphqlUrl, operation, options),
    graphqlText: (text, options) => postOperation(graphqlUrl, text, options),
    close: () => gateway.close(),
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}

/** Posts an operation and gives the parsed answer. */
export async function postOperation(
  url: string,
  query: string,
  { variables, token, headers, operationName }: GraphQLOptions<unknown> = {},
): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const answer: { data?: unknown; errors?: GraphQLAnswer['errors'] } = JSON.parse(await response.text());
  return {
    status: response.status,
    headers: response.headers,
    data: answer.data,
    errors: answer.errors ?? [],
  };
}
