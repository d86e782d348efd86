import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const csrfHeader = 'x-graphql-yoga-csrf';

/**
 * One of these proves that a browser asked the server first (a preflight), so that no foreign page sent the request.
 */
const proofs = [
  csrfHeader,
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-apollo-operation-name',
  'apikey',
] as const;

export const csrfMessage = `GET and multipart requests need the header ${csrfHeader}, with any value, or a bearer token.`;

/**
 * Whether a page of another origin cannot have sent these headers without being asked. `header` finds one by its name.
 */
export function isNoForeignPage(header: (name: string) => string | null | undefined): boolean {
  if (proofs.some((name) => typeof header(name) === 'string')) return true;
  // Other schemes a browser adds by itself, for a password that it was once told.
  return /^bearer /i.test(header('authorization') ?? '');
}

/**
 * GET and multipart requests are what a foreign page can send without a preflight: they must carry one of the
 * headers that it cannot send. JSON needs none, its content type is preflighted.
 */
export function useCsrfPrevention(): Plugin {
  return {
    onRequestParse({ request }) {
      const contentType = request.headers.get('content-type') ?? '';
      const preflighted = request.method === 'POST' && !contentType.startsWith('multipart/');
      if (preflighted || isNoForeignPage((name) => request.headers.get(name))) return;
      throw new GraphQLError(csrfMessage, {
        extensions: { code: 'FORBIDDEN', reason: 'csrf', http: { status: 403 } },
      });
    },
  };
}
