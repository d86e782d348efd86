import type { AuthRequest } from './auth-request.ts';
import type { AuthResponse } from './auth-response.ts';

export type Handler = (request: AuthRequest) => Promise<AuthResponse> | AuthResponse;

export interface Route {
  readonly method: string;
  /** Segments that begin with a colon become `params`. */
  readonly path: string;
  readonly handle: Handler;
}

/** Finds the route of a decoded path; `pathKnown` says that one with another method would have matched. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route?: Route; params: Record<string, string>; pathKnown: boolean } {
  const segments = path.split('/');
  let pathKnown = false;
  for (const route of routes) {
    const pattern = route.path.split('/');
    if (pattern.length !== segments.length) continue;
    const params: Record<string, string> = {};
    const fits = pattern.every((part, index) => {
      const segment = segments[index] ?? '';
      if (part.startsWith(':')) params[part.slice(1)] = segment;
      return part.startsWith(':') ? segment !== '' : part === segment;
    });
    if (!fits) continue;
    pathKnown = true;
    if (route.method === method) return { route, params, pathKnown };
  }
  return { params: {}, pathKnown };
}
