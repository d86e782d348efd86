import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { testSecret } from '../support/tokens.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ JWT_SECRET: testSecret, GRAPHIQL: 'true' });
});
afterAll(() => gateway.close());

const openPage = async () => await fetch(gateway.graphqlUrl, { headers: { accept: 'text/html' } });

/** What a browser keeps on the disk of its user. */
class Disk {
  getItem(key: string): unknown {
    return Reflect.get(this, key) ?? null;
  }
  setItem(key: string, value: string): void {
    Reflect.set(this, key, value);
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

function scriptsOf(page: string): string[] {
  return [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
}

/** The headers that the page starts with, when it is opened at `address`; and what it leaves behind. */
function opened(page: string, address: string, session: Record<string, string> = {}) {
  const { hash, search, pathname } = new URL(address, 'http://localhost');
  const kept = Object.assign(new Disk(), session);
  let left = `${pathname}${search}${hash}`;
  const seen = runInNewContext(`${scriptsOf(page)[1]};headersOfVisitor`, {
    location: { hash, search, pathname },
    history: {
      replaceState: (_state: unknown, _title: string, url: string) => {
        left = url;
      },
    },
    sessionStorage: kept,
    URLSearchParams,
  });
  return { headers: seen, left, kept: { ...kept } };
}

it('takes the key from the fragment, cleans the address, and keeps the key for the tab in dev', async () => {
  const page = await (await openPage()).text();
  const headers = JSON.stringify({ Authorization: 'Bearer abc' }, null, 2);
  const kept = { 'bunbun:key': 'abc' };
  const address = '/graphql?query=%7Bme%7Bid%7D%7D#key=abc';
  expect(opened(page, address)).toEqual({ headers, left: '/graphql', kept });
  expect(opened(page, '/graphql', kept)).toEqual({ headers, left: '/graphql', kept });
  expect(opened(page, '/graphql')).toEqual({ headers: '', left: '/graphql', kept: {} });
});

it('keeps no key in serve', async () => {
  const env = { JWT_SECRET: testSecret, GRAPHIQL: 'true', PUBLIC_URL: 'https://api.example.com' };
  await using serving = await startTestGateway(env, { mode: 'serve' });
  const page = await (await fetch(serving.graphqlUrl, { headers: { accept: 'text/html' } })).text();
  const headers = JSON.stringify({ Authorization: 'Bearer abc' }, null, 2);
  expect(opened(page, '/graphql#key=abc')).toEqual({ headers, left: '/graphql', kept: {} });
  expect(opened(page, '/graphql', { 'bunbun:key': 'abc' })).toEqual({
    headers: '',
    left: '/graphql',
    kept: {},
  });
});

it('is a page that loads nothing from elsewhere and cannot be framed', async () => {
  const page = await openPage();
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(await page.text()).not.toMatch(/<(?:script|link)[^>]+(?:src|href)="(?:https?:)?\/\//);
});

it('keeps nothing of what was typed or run, and forgets what was kept', async () => {
  const text = await (await openPage()).text();
  const first = scriptsOf(text)[0] ?? '';
  const disk = new Disk();
  disk.setItem('graphiql:queries', 'the password of yesterday');
  disk.setItem('theirs', 'of another page');
  const page: Record<string, unknown> = { localStorage: disk };
  page['window'] = page;
  runInNewContext(first, page);
  const read = `localStorage.setItem('graphiql:variables', 'hunter2');
    [localStorage.getItem('graphiql:variables'), localStorage.getItem('nothing'), Object.keys(localStorage)]`;
  const seen = JSON.stringify(runInNewContext(read, page));
  expect(JSON.parse(seen)).toEqual(['hunter2', null, ['graphiql:variables']]);
  expect({ ...disk }).toEqual({ theirs: 'of another page' });
});
