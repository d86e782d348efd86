import { aUrl, yesNo } from './shapes.ts';
import { flag, listOf, oneOf, origins, serviceUrl, text, wholeNumber } from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

/** `serviceNames`: those that `/ready` may be told to wait for. */
export const publicSideVariables = (serviceNames: readonly [string, ...string[]]) => ({
  PUBLIC_URL: optional(serviceUrl, {
    group: 'Public side',
    description:
      'Where clients reach the gateway: the only source of absolute URLs that it hands out. Required in serve; in dev `http://localhost:PORT`.',
    shape: aUrl,
  }),
  ALLOWED_ORIGINS: optional(origins, {
    group: 'Public side',
    description:
      'Origins that may call from a browser (CORS and WebSocket), beside pages of this machine in dev. Off until set; never with credentials.',
    shape: 'a comma-separated list of origins such as `https://app.example.com`, or `*`',
  }),
  TRUSTED_PROXIES: withDefault(wholeNumber(0, 20), {
    group: 'Public side',
    description:
      'How many reverse proxies stand in front. The client address is that many entries from the right of X-Forwarded-For; with 0 it is the socket.',
    shape: 'a number from 0 to 20',
    default: '0',
  }),
  GRAPHIQL: optional(flag, {
    group: 'Public side',
    description:
      'Serve GraphiQL to browsers. It writes nothing into the address bar, and keeps nothing in the browser once its page is left; in dev the key of the printed link stays in its tab until that is closed. Default: on in dev, off in serve.',
    shape: yesNo,
  }),
  INTROSPECTION: optional(oneOf(['true', 'false', 'service_role']), {
    group: 'Public side',
    description:
      'Who may introspect. Only with `true` do errors suggest names ("Did you mean …"). Default: `true` in dev, `service_role` in serve.',
    shape: '`true`, `false` or `service_role`',
  }),
  METRICS_TOKEN: optional(text.min(16), {
    group: 'Public side',
    description:
      'Bearer token that opens `/metrics`. Without it and without METRICS_PORT there is no `/metrics` in serve.',
    shape: 'a text of at least 16 characters',
    secret: true,
  }),
  METRICS_PORT: optional(wholeNumber(1, 65_535), {
    group: 'Public side',
    description: 'A port of its own for `/metrics`, without a token: keep it inside your network.',
    shape: 'a port number from 1 to 65535',
  }),
  READY_REQUIRES: withDefault(listOf(serviceNames), {
    group: 'Public side',
    description: 'Services without which `/ready` answers 503. Default: none.',
    shape: `a comma-separated list out of ${serviceNames.join(', ')}`,
    default: '',
  }),
});
