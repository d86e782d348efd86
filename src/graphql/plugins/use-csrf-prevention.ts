import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** One of these proves that a browser asked the server first (a preflight), so that no foreign page sent the request. */
export const csrfHeaders = [
  'x-graphql-yoga-csrf',
  'apollo-require-preflight',
  'graphql-require-preflight',
] as const;

/**
 * GET and multipart requests are what a foreign page can send without a preflight: they must carry one of the CSRF
 * headers. JSON needs none, its content type is preflighted.
 */
export function useCsrfPrevention(): Plugin {
  return {
    onRequestParse({ request }) {
      const contentType = request.headers.get('content-type') ?? '';
      const preflighted = request.method === 'POST' && !contentType.startsWith('multipart/');
      if (preflighted || csrfHeaders.some((name) => request.headers.get(name) !== null)) return;
      throw new GraphQLError(
        `GET and multipart requests need the header ${csrfHeaders[0]}, with any value.`,
        {
          extensions: { code: 'FORBIDDEN', reason: 'csrf', http: { status: 403 } },
        },
      );
    },
  };
}
