import type { IncomingMessage } from 'node:http';

/** The URL of a request; undefined for a target that is none, such as `//`. */
export function requestUrl(request: IncomingMessage): URL | undefined {
  const target = request.url ?? '/';
  return URL.canParse(target, 'http://localhost') ? new URL(target, 'http://localhost') : undefined;
}
