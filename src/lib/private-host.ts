import { isIP } from 'node:net';

/**
 * True for an address or name that only a private network reaches: loopback, RFC 1918, link-local and unique-local
 * addresses, names without a dot (container networks), and the suffixes that are reserved for private use.
 */
export function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (isIP(name) === 4) return isPrivateIPv4(name);
  if (isIP(name) === 6) return isPrivateIPv6(name);
  return !name.includes('.') || /\.(localhost|local|internal|home\.arpa|svc)$/.test(name);
}

function isPrivateIPv4(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  return (
    a === 127 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    // Carrier-grade NAT: what Tailscale and several hosting providers use inside.
    (a === 100 && b >= 64 && b <= 127)
  );
}

function isPrivateIPv6(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return isPrivateIPv4(mapped);
  return address === '::1' || /^f[cd]/.test(address) || /^fe[89ab]/.test(address);
}

/** True for a host to listen on that only this machine reaches. */
export function isLoopbackHost(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host);
}
