import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const defaultQuery = `# Welcome. Run this, then look at the schema on the left.
query Start {
  health {
    status
    version
  }
  viewer {
    role
  }
}
`;

const headersMarker = '"__HEADERS__"';
// The page itself holds no key: one given in the fragment never reaches a server, and leaves the address bar at once.
const headersFromFragment = `(() => {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (!key) return '';
  history.replaceState(null, '', location.pathname + location.search);
  return JSON.stringify({ Authorization: 'Bearer ' + key }, null, 2);
})()`;

// GraphiQL keeps queries and variables of the last operations, and those of `signIn` hold passwords: they live as long
// as the page does, and what was kept before goes.
const storageInMemory = `<script>(() => {
  class MemoryStorage {
    getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
    setItem(key, value) { this[key] = String(value); }
    removeItem(key) { delete this[key]; }
    clear() { for (const key of Object.keys(this)) delete this[key]; }
    key(index) { return Object.keys(this)[index] ?? null; }
  }
  for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql')) localStorage.removeItem(key);
  Object.defineProperty(window, 'localStorage', { value: new MemoryStorage() });
})();</script>`;

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

async function buildPage(): Promise<Page> {
  // Nine megabytes with every script inlined, so that it works without a network: loaded when first asked for.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = renderGraphiQL({
    title: 'BunBun',
    defaultQuery,
    headers: '__HEADERS__',
    shouldPersistHeaders: false,
    additionalHeaders: { 'x-graphql-yoga-csrf': 'graphiql' },
  });
  const page = rendered.replace('<head>', () => `<head>${storageInMemory}`);
  const html = Buffer.from(page.split(headersMarker).join(headersFromFragment));
  return {
    html,
    gzipped: await promisify(gzip)(html),
    etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 24)}"`,
  };
}

/** True for a page load: a browser that wants HTML. */
export function wantsPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

/** Serves the GraphiQL page, built once at the first visit. */
export function createGraphiQL(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    page ??= buildPage();
    const { html, gzipped, etag } = await page;
    const headers = {
      etag,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy,
      vary: 'accept-encoding',
    };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const zipped = (request.headers['accept-encoding'] ?? '').includes('gzip');
    const body = zipped ? gzipped : html;
    response.writeHead(200, {
      ...headers,
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      'content-length': body.length,
    });
    response.end(body);
  };
}
