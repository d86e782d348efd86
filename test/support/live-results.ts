import type { GraphQLFormattedError } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

interface LiveResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
  readonly extensions?: unknown;
}

/** What one subscription has given so far. */
export interface LiveResults {
  readonly results: LiveResult[];
  /** The data of the latest result. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers to plain texts are of every shape
  readonly latest: any;
  /** True when it has ended, by whatever side. */
  readonly ended: boolean;
  leave(): void;
}

/** A socket of one caller. */
export function liveClient(url: string, token: string, retryAttempts = 0): Client {
  return createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts,
    connectionParams: { authorization: `Bearer ${token}` },
  });
}

/** Follows a subscription and keeps all that it gives. */
export function liveResults(
  client: Client,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): LiveResults {
  const results: LiveResult[] = [];
  let ended = false;
  const leave = client.subscribe(
    { query, variables: { ...variables } },
    {
      next: (result) => void results.push(result),
      error: (error) => {
        if (isErrors(error)) results.push({ errors: error });
        ended = true;
      },
      complete: () => {
        ended = true;
      },
    },
  );
  return {
    results,
    get latest() {
      return results.at(-1)?.data;
    },
    get ended() {
      return ended;
    },
    leave,
  };
}

/** What else may come is the close of a socket. */
function isErrors(error: unknown): error is readonly GraphQLFormattedError[] {
  return Array.isArray(error);
}
