import type { IncomingMessage } from 'node:http';
import { AppError } from '../../lib/app-error.ts';
import type { Viewer } from '../../viewer/viewer.ts';
import type { PassRule } from './proxy-route.ts';

/** Who sent a request: as `TransportDeps.viewer`. */
export type ViewerOf = (request: IncomingMessage, ignoreAuthorization: boolean) => Viewer | Promise<Viewer>;

/** A caller of whom nothing is known: on paths that need no key. */
export const nobody: Viewer = {
  kind: 'anon',
  role: 'ANON',
  presented: false,
  identity: 'nobody',
  claims: {},
  token: undefined,
  apikey: undefined,
  expiresAt: undefined,
};

function headerCount(request: IncomingMessage, name: string): number {
  return request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
}

/**
 * The credentials that go on, as Supabase's gateway decides them: a user's token stays as it is (the service verifies
 * it), an opaque key becomes the JWT it stands for, and without either the API key is the bearer token. Throws
 * UNAUTHENTICATED for a missing key where one is needed, an unknown one, and credentials that came twice.
 */
export async function passedCredentials(
  request: IncomingMessage,
  rule: PassRule,
  viewerOf: ViewerOf,
): Promise<{ keyViewer: Viewer; headers: Record<string, string> }> {
  if (headerCount(request, 'authorization') > 1 || headerCount(request, 'apikey') > 1) {
    throw new AppError('UNAUTHENTICATED', 'A credential came more than once.', {
      details: { reason: 'duplicate_credentials' },
    });
  }
  const key = request.headers['apikey'];
  const presented = typeof key === 'string' && key !== '';
  if (!presented && rule.access === 'key') {
    throw new AppError('UNAUTHENTICATED', 'No API key found in request.', {
      details: { reason: 'apikey_missing' },
    });
  }
  const keyViewer = presented ? await viewerOf(request, true) : nobody;
  const given = request.headers.authorization;
  const headers: Record<string, string> = {};
  if (given !== undefined && given !== '' && !/^bearer +sb_/i.test(given)) headers['authorization'] = given;
  else if (keyViewer.token !== undefined) headers['authorization'] = `Bearer ${keyViewer.token}`;
  if (keyViewer.apikey !== undefined) headers['apikey'] = keyViewer.apikey;
  return { keyViewer, headers };
}
