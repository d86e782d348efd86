import type { IncomingMessage } from 'node:http';
import { AppError } from '../../lib/app-error.ts';
import type { PassRule, ProxyRoute } from '../../module/proxy-route.ts';
import { anonymous } from '../../viewer/anonymous.ts';
import type { Viewer } from '../../viewer/viewer.ts';

/** Who sent a request: as `TransportDeps.viewer`. `apikey` stands in for the one that came. */
export type ViewerOf = (
  request: IncomingMessage,
  ignoreAuthorization: boolean,
  apikey?: string,
) => Viewer | Promise<Viewer>;

function headerCount(request: IncomingMessage, name: string): number {
  return request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
}

/**
 * The credentials that go on, as Supabase's gateway decides them: a user's token stays as it is (the service verifies
 * it), an opaque key becomes the JWT it stands for, and a legacy key alone is the Authorization without `Bearer`, which
 * only Storage takes for a token. Throws UNAUTHENTICATED for a missing key where one is needed, an unknown one (unless
 * foreign ones pass), and credentials that came twice.
 */
export async function passedCredentials(
  request: IncomingMessage,
  route: Pick<ProxyRoute, 'openKey'>,
  rule: PassRule,
  viewerOf: ViewerOf,
): Promise<{ keyViewer: Viewer; headers: Record<string, string> }> {
  if (headerCount(request, 'authorization') > 1 || headerCount(request, 'apikey') > 1) throw cameTwice();
  const key = request.headers['apikey'];
  const presented = typeof key === 'string' && key !== '';
  if (!presented && rule.access === 'key') {
    throw new AppError('UNAUTHENTICATED', 'No API key found in request.', {
      details: { reason: 'apikey_missing' },
    });
  }
  const given = request.headers.authorization;
  if (rule.access === 'signed') {
    const headers = {
      ...(given === undefined ? {} : { authorization: given }),
      ...(presented ? { apikey: key } : {}),
    };
    return { keyViewer: anonymous, headers };
  }
  if (rule.access === 'foreign') return foreignCredentials(request, presented ? key : undefined, viewerOf);
  // Neither tokens nor keys have a comma; what is foreign may.
  if (given?.includes(',') || (presented && key.includes(','))) throw cameTwice();
  const keyViewer = presented ? await viewerOf(request, true) : anonymous;
  const headers: Record<string, string> = {};
  if (given !== undefined && given !== '' && !/^bearer +sb_/i.test(given)) headers['authorization'] = given;
  else if (isOpaque(keyViewer)) headers['authorization'] = `Bearer ${keyViewer.token}`;
  else if (keyViewer.token !== undefined) headers['authorization'] = keyViewer.token;
  const passedKey = presented ? keyViewer.apikey : route.openKey;
  if (passedKey !== undefined) headers['apikey'] = passedKey;
  return { keyViewer, headers };
}

/** The key is a name for a JWT, not one itself. */
function isOpaque({ token, apikey }: Viewer): boolean {
  return token !== undefined && token !== apikey;
}

function cameTwice(): AppError {
  return new AppError('UNAUTHENTICATED', 'A credential came more than once.', {
    details: { reason: 'duplicate_credentials' },
  });
}

/** As `passedCredentials`, but what is not a key of ours goes on as it came. */
async function foreignCredentials(
  request: IncomingMessage,
  apikey: string | undefined,
  viewerOf: ViewerOf,
): Promise<{ keyViewer: Viewer; headers: Record<string, string> }> {
  const { authorization } = request.headers;
  const opaqueBearer = /^bearer +(sb_\S+)$/i.exec(authorization ?? '')?.[1];
  const byKey = await ownKey(request, apikey, viewerOf);
  // Official clients repeat an opaque key as bearer.
  const byBearer = byKey ?? (await ownKey(request, opaqueBearer, viewerOf));
  const replaced = !authorization || opaqueBearer !== undefined;
  const token = replaced && byBearer !== undefined && isOpaque(byBearer) ? byBearer.token : undefined;
  const bearer = token === undefined ? authorization : `Bearer ${token}`;
  const passedKey = byKey?.apikey ?? apikey;
  return {
    keyViewer: byBearer ?? anonymous,
    headers: {
      ...(bearer === undefined ? {} : { authorization: bearer }),
      ...(passedKey === undefined ? {} : { apikey: passedKey }),
    },
  };
}

async function ownKey(
  request: IncomingMessage,
  key: string | undefined,
  viewerOf: ViewerOf,
): Promise<Viewer | undefined> {
  if (key === undefined) return undefined;
  try {
    return await viewerOf(request, true, key);
  } catch (error) {
    if (error instanceof AppError && error.details['reason'] === 'unknown_apikey') return undefined;
    throw error;
  }
}
