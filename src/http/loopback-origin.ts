/** Hosts of pages that may talk to a development server. */
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for a page that this machine itself serves, on whatever port. */
export function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: own } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && own === origin && loopbackHosts.has(hostname);
}
