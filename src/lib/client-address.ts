import { isIP } from 'node:net';

/**
 * Who is at the other end: the socket, or with N trusted proxies the entry of X-Forwarded-For that is N from the
 * right. What stands further left anybody can write. A list too short, or an entry that is no address, means that the
 * request did not come through the proxies: then the socket counts.
 */
export function clientAddress(
  request: {
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly socket: { readonly remoteAddress?: string | undefined };
  },
  trustedProxies: number,
): string | undefined {
  const own = request.socket.remoteAddress;
  const socket = own === undefined ? undefined : plainAddress(own);
  if (trustedProxies === 0) return socket;
  const header = request.headers['x-forwarded-for'];
  const entries = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  const entry = entries.at(-trustedProxies);
  return (entry === undefined ? undefined : plainAddress(entry.trim())) ?? socket;
}

/** The address without port, brackets, zone and the IPv6 form of an IPv4 address; undefined when it is none. */
function plainAddress(text: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withPort = /^([\d.]+):\d+$/.exec(text)?.[1];
  const address = (bracketed ?? withPort ?? text).replace(/%.*$/, '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

/** What limits count for an address: itself, or for IPv6 its /64, which one customer has to himself. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
