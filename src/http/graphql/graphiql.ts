import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { graphiqlExamples } from './graphiql-examples.ts';

interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

// The options of the page are JSON; what these stand for is put in afterwards.
const headersMarker = '"__HEADERS__"';
const nothingMarker = '"__NOTHING__"';
const editedMarker = '"__EDITED_HEADERS__"';

// The page itself holds no key: one given in the fragment never reaches a server, and leaves the address bar at once.
// Nothing in the address fills the editor: it would be in the history of the browser, and somebody else may have made
// it.
function keyFromFragment(keepKey: boolean): string {
  return `<script>const headersOfVisitor = (() => {
  const name = 'bunbun:key';
  const given = new URLSearchParams(location.hash.slice(1)).get('key');
  if (location.search || location.hash) history.replaceState(null, '', location.pathname);
  if (${!keepKey}) sessionStorage.removeItem(name);
  else if (given) sessionStorage.setItem(name, given);
  const key = given ?? sessionStorage.getItem(name);
  return key ? JSON.stringify({ Authorization: 'Bearer ' + key }, null, 2) : '';
})();</script>`;
}

// Each role has a schema of its own, which GraphiQL asks for once; its key for that is Ctrl-Shift-R.
const schemaOfCaller = `<script>const editedHeaders = (() => {
  const credentialsIn = (headers) => {
    try {
      const given = Object.entries(JSON.parse(headers || '{}'));
      return JSON.stringify(given.filter(([name]) => /^(authorization|apikey)$/i.test(name)).sort());
    } catch {
      return undefined;
    }
  };
  let known = credentialsIn(headersOfVisitor);
  const askAnew = (headers) => {
    const credentials = credentialsIn(headers);
    if (credentials === undefined || credentials === known) return;
    known = credentials;
    window.dispatchEvent(new KeyboardEvent('keydown', { ctrlKey: true, shiftKey: true, key: 'R' }));
  };
  // Not for each letter that is typed.
  let waiting;
  return (headers) => {
    clearTimeout(waiting);
    waiting = setTimeout(askAnew, 500, headers);
  };
})();</script>`;

const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';

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

// The tabs can be dragged, and what drags them thinks at first that they stand in the opposite order: a tab that is
// pressed would jump away, and the click miss it.
const pressedTabs = `<style>.graphiql-container .graphiql-tab { transform: none !important; }</style>`;

// GraphiQL lays everything side by side. On a phone: editor above answer, what the side bar opens over both.
const narrowScreens = `<style>@media (max-width: 700px) {
  #root > .graphiql-container { height: 100dvh; }
  .graphiql-container:has(> .graphiql-sidebar) { flex-direction: column-reverse; }
  .graphiql-container .graphiql-sidebar { flex-direction: row; width: 100%; box-sizing: border-box; }
  .graphiql-container .graphiql-main { min-height: 0; }
  .graphiql-container .graphiql-sessions { margin: 0; min-width: 0; }
  .graphiql-container .graphiql-sessions > :not(.graphiql-session-header) { flex-direction: column; min-height: 0; }
  .graphiql-container .graphiql-horizontal-drag-bar, .graphiql-container .graphiql-logo { display: none; }
  .graphiql-container .graphiql-response { padding-top: 8px; }
  .graphiql-container .graphiql-plugin:not([style*='opacity: 0']) { min-width: 100% !important; }
}</style>`;

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

async function buildPage(keepKey: boolean): Promise<Page> {
  // Nine megabytes with every script inlined, so that it works without a network: loaded when first asked for.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = {
    title: 'BunBun',
    headers: '__HEADERS__',
    defaultTabs: graphiqlExamples.map((query) => ({ query, headers: '__HEADERS__' })),
    defaultEditorToolsVisibility: false,
    shouldPersistHeaders: false,
    additionalHeaders: { 'x-graphql-yoga-csrf': 'graphiql' },
    // Without one the page writes each query into the address bar, whence it goes into history and logs of proxies.
    onEditQuery: '__NOTHING__',
    onEditHeaders: '__EDITED_HEADERS__',
  };
  const head = [viewport, storageInMemory, keyFromFragment(keepKey), schemaOfCaller].join('');
  const html = Buffer.from(
    renderGraphiQL(options)
      .replace('<head>', () => `<head>${head}`)
      // After the page's own style.
      .replace('</head>', () => `${pressedTabs}${narrowScreens}</head>`)
      .replaceAll(headersMarker, 'headersOfVisitor')
      .replaceAll(nothingMarker, '() => undefined')
      .replaceAll(editedMarker, 'editedHeaders'),
  );
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

export interface GraphiQLOptions {
  /** Whether a key outlives a reload, in the storage of its tab. */
  readonly keepKey: boolean;
}

/** Serves the GraphiQL page, built once at the first visit. */
export function createGraphiQL({
  keepKey,
}: GraphiQLOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    page ??= buildPage(keepKey);
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
