import type { AuthRequest } from './auth-request.ts';
import type { AuthContext } from './context.ts';

const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\])$/;
const address = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;

function globToPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^./]*';
    return part === '?' ? '[^./]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

/** True when `redirect_to` may be followed: the site itself, a loopback address, or a glob of the allow list. */
function isRedirectAllowed(context: AuthContext, target: string): boolean {
  if (!URL.canParse(target)) return false;
  const url = new URL(target);
  const site = new URL(context.siteUrl);
  if (url.protocol === site.protocol && url.hostname === site.hostname) {
    if (url.port === site.port || url.hostname === 'localhost') return true;
  }
  if (/^https?:$/.test(url.protocol)) {
    if (loopback.test(url.hostname)) return true;
    if (address.test(url.hostname)) return false;
  }
  const [withoutFragment = ''] = target.split('#');
  return context.settings.uriAllowList.some((glob) => globToPattern(glob).test(withoutFragment));
}

/** Where to go afterwards: an allowed `redirect_to` (query or header) or Referer, else the site. Never an error. */
export function redirectTarget(context: AuthContext, request: AuthRequest, fromBody?: string | null): string {
  const candidates = [
    fromBody ?? '',
    request.query.get('redirect_to') ?? '',
    String(request.headers['redirect_to'] ?? ''),
    request.headers.referer ?? '',
  ];
  return candidates.find((target) => target !== '' && isRedirectAllowed(context, target)) ?? context.siteUrl;
}
