import { AppError } from '../../lib/app-error.ts';
import { withoutTrailing } from '../../lib/without-trailing.ts';
import type { PassRule, ProxyRoute } from '../../module/proxy-route.ts';

/** Schemes that run or show what the address itself holds, or a file of the reader. Apps have schemes of their own. */
const neverFollowed = new Set([
  'about:',
  'blob:',
  'data:',
  'file:',
  'filesystem:',
  'javascript:',
  'vbscript:',
]);

/**
 * A Location for our client: the service's own addresses become ours. Throws UPSTREAM_ERROR for any other, unless the
 * rule lets the service send browsers elsewhere.
 */
export function passedLocation(
  location: string,
  route: ProxyRoute,
  rule: PassRule,
  publicUrl: string,
): string {
  const base = route.upstream?.baseUrl ?? '';
  if (!URL.canParse(location, `${base}/`)) throw notItsOwn(route);
  const url = new URL(location, `${base}/`);
  const own = new URL(base);
  const root = withoutTrailing(own.pathname, '/');
  if (url.origin === own.origin && (url.pathname === root || url.pathname.startsWith(`${root}/`))) {
    return `${publicUrl}${route.prefix}${url.pathname.slice(root.length)}${url.search}${url.hash}`;
  }
  const shown = new URL(`${publicUrl}${route.prefix}`);
  const known = url.host === own.host ? root : url.host === shown.host ? shown.pathname : undefined;
  if (route.looseLocation === true && known !== undefined && /^https?:$/.test(url.protocol)) {
    const inside = url.pathname.startsWith(`${known}/`) ? url.pathname.slice(known.length) : url.pathname;
    return `${publicUrl}${route.prefix}${inside}${url.search}${url.hash}`;
  }
  if (url.href === publicUrl || url.href.startsWith(`${publicUrl}/`)) return url.href;
  if (rule.location === 'anywhere' && !neverFollowed.has(url.protocol)) return location;
  throw notItsOwn(route);
}

function notItsOwn({ service }: ProxyRoute): AppError {
  return new AppError('UPSTREAM_ERROR', `${service} redirects to a place that is not its own.`, {
    details: { service },
  });
}
