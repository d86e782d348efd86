/** Headers that belong to one hop. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Credentials and traces are ours to set; the others change what a service believes about the caller. */
const ours: ReadonlySet<string> = new Set([
  'apikey',
  'authorization',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'redirect_to',
  'sb-forwarded-for',
  'via',
  'x-api-key',
  'x-connection-encrypted',
  'x-jwt-aud',
  'x-original-url',
  'x-request-id',
  'x-rewrite-url',
]);

/** Where proxies and content networks write the client's address, and services look for it. */
const addresses: ReadonlySet<string> = new Set([
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-pseudo-ipv4',
  'client-ip',
  'do-connecting-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'true-client-ip',
  'x-appengine-user-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-envoy-external-address',
  'x-original-forwarded-for',
  'x-original-host',
  'x-original-proto',
  'x-real-ip',
]);

/** Who the caller is, as proxies that sign users in tell it. */
const identities: ReadonlySet<string> = new Set(['remote-user', 'x-remote-user']);

const families = ['x-forwarded-', 'x-auth-request-'];

/** False for a header (its name in lower case) that no caller may send on: it belongs to one hop, or to the edge. */
export function mayComeFromCaller(name: string): boolean {
  if (hopByHop.has(name) || ours.has(name) || addresses.has(name) || identities.has(name)) return false;
  // Some servers read `_` as `-`: a name with one could pass for another header. What users call a file's metadata
  // could pass for other metadata only, and S3's clients sign it.
  if (name.includes('_') && !name.startsWith('x-amz-meta-')) return false;
  return name !== 'x-forwarded' && !families.some((family) => name.startsWith(family));
}
