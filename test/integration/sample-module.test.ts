import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, nowSeconds, testSecret, userClaims } from '../support/tokens.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/guides/modules.md'), 'utf8');
const list = 'src/gateway/modules.ts';

/** The code blocks of the page by the file that they name in their first line. */
const blocks = new Map(
  [...page.matchAll(/```ts\n\/\/ (src\/\S+)\n([\s\S]*?)```/g)].map(([, path = '', code = '']) => [
    path,
    code,
  ]),
);

/** A copy of the gateway's sources with the module of the page added, as the page says. */
function copyWithSample(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bunbun-sample-'));
  for (const name of ['src', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const compiler = { extends: join(root, 'tsconfig.json'), include: ['src'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compiler));
  for (const [path, code] of blocks) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  const listed = readFileSync(join(root, list), 'utf8').replace(/ = \[$/m, '$&\n  push,');
  writeFileSync(join(folder, list), blocks.get(list) + listed);
  return folder;
}

describe('the module that docs/guides/modules.md adds', () => {
  let folder = '';
  let service: ListeningServer;
  let gateway: GatewayProcess;
  const token = hmacToken(userClaims());
  const anonKey = hmacToken({ role: 'anon', exp: nowSeconds() + 3_600 });

  /** The schema that operations of tests are typed by has no such field. */
  async function ask(query: string): Promise<unknown> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }

  beforeAll(async () => {
    folder = copyWithSample();
    service = await listen((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(request.url === '/topics' ? '[{"name":"news","subscribers":3}]' : '{}');
    });
    const env = { JWT_SECRET: testSecret, SUPABASE_ANON_KEY: anonKey, PUSH_URL: service.url };
    gateway = await startGatewayProcess(env, folder);
  });
  afterAll(async () => {
    await gateway?.kill();
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is a folder, and its name in the list', () => {
    const outside = [...blocks.keys()].filter((path) => !path.startsWith('src/modules/push/'));
    expect(outside).toEqual([list]);
    expect(blocks.size).toBeGreaterThan(4);
  });

  it('compiles', { timeout: 180_000 }, () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('has a field, which asks the service as the caller', async () => {
    expect(await ask('{ pushTopics { name subscribers } }')).toEqual({
      data: { pushTopics: [{ name: 'news', subscribers: 3 }] },
    });
    const asked = service.requests.find(({ url }) => url === '/topics');
    expect(asked?.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('stands among the services', async () => {
    expect(await ask(gql(`{ services { name status } }`))).toEqual({
      data: { services: expect.arrayContaining([{ name: 'PUSH', status: 'UP' }]) },
    });
  });

  it('passes what its routes allow, and nothing else', async () => {
    const send = (path: string) =>
      fetch(`${gateway.url}/push/v1/${path}`, { method: 'POST', headers: { apikey: anonKey } });
    expect((await send('topics/news/devices')).status).toBe(200);
    expect((await send('admin')).status).toBe(404);
    expect(service.requests.map(({ url }) => url)).not.toContain('/admin');
  });
});
