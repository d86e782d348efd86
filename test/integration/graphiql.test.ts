import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { testSecret } from '../support/tokens.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ JWT_SECRET: testSecret, GRAPHIQL: 'true' });
});
afterAll(() => app.close());

const openPage = async () => await fetch(app.graphqlUrl, { headers: { accept: 'text/html' } });

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
  const first = /<script[^>]*>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '';
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
