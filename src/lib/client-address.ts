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

/** Longest text that can be an address with a port, brackets and a zone. */
const maxAddressText = 128;

/** The address without port, brackets, zone and the IPv6 form of an IPv4 address; undefined when it is none. */
function plainAddress(text: string): string | undefined {
  if (text.length > maxAddressText) return undefined;
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withPort = /^([\d.]+):\d+$/.exec(text)?.[1];
  const [address = ''] = (bracketed ?? withPort ?? text).split('%', 1);
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return canonical(address);
    default:
      return undefined;
  }
}

/** The one text of an IPv6 address; dotted where it holds one of IPv4. */
function canonical(address: string): string {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(text);
  if (mapped === null) return text;
  return mapped
    .slice(1)
    .map((pair) => Number.parseInt(pair, 16))
    .map((pair) => `${pair >> 8}.${pair & 255}`)
    .join('.');
}

/** What limits count for an address: itself, or for IPv6 its /64, which one customer has to himself. */
export function addressGroup(address: string): string {
  const plain = plainAddress(address) ?? address;
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
