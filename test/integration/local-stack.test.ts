import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt, jwtVerify } from 'jose';
import postgres from 'postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../packages/local/src/stack.ts';
import { makeDataFolder, makeTestFolder, silentLog, unsafeButFast } from '../support/postgres.ts';

const running: LocalStack[] = [];
afterEach(async () => {
  for (const stack of running.splice(0)) await stack.stop();
});

async function start(dataDir: string, options: { nodeEnv?: string; reset?: boolean } = {}) {
  const stack = await startLocalStack({
    dataDir,
    log: silentLog,
    postgresSettings: unsafeButFast.settings,
    ...options,
  });
  running.push(stack);
  return stack;
}

const urls = { graphqlUrl: 'http://127.0.0.1:4000/graphql', graphqlWsUrl: 'ws://127.0.0.1:4000/graphql' };

describe('the local stack', () => {
  it('refuses to start in production, and touches nothing', async () => {
    const dataDir = join(await makeTestFolder('production'), 'data');
    await expect(start(dataDir, { nodeEnv: 'production' })).rejects.toThrow('NODE_ENV=production');
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });

  it('gives the gateway what it would read from the environment', async () => {
    const stack = await start(await makeDataFolder('env'));
    const sql = postgres(stack.env['DATABASE_URL_READ'] ?? '', { max: 1 });
    expect(await sql`select current_user::text as login`).toEqual([{ login: 'bunbun_read' }]);
    await sql.end();
    expect(stack.env).toMatchObject({
      DATABASE_URL: stack.postgres.databaseUrl,
      DATABASE_DIRECT_URL: stack.postgres.databaseUrl,
      JWT_SECRET: stack.keys.jwtSecret,
      SUPABASE_ANON_KEY: stack.keys.anonKey,
      SUPABASE_SERVICE_KEY: stack.keys.serviceRoleKey,
    });
  });

  it('writes local.json for the owner alone, and takes it away when it stops', async () => {
    const stack = await start(await makeDataFolder('local-json'));
    const path = await stack.writeLocalFile(urls);
    expect(path).toBe(join(stack.dataDir, 'local.json'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      version: 1,
      ...urls,
      databaseUrl: stack.postgres.databaseUrl,
      anonKey: stack.keys.anonKey,
      serviceRoleKey: stack.keys.serviceRoleKey,
      jwtSecret: stack.keys.jwtSecret,
    });
    await stack.stop();
    await expect(stat(path)).rejects.toThrow('ENOENT');
    expect((await readdir(stack.dataDir)).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });

  it('replaces a link in place of local.json and does not write through it', async () => {
    const stack = await start(await makeDataFolder('link'));
    const victim = join(await makeTestFolder('victim'), 'file');
    await writeFile(victim, 'untouched');
    await symlink(victim, join(stack.dataDir, 'local.json'));
    await stack.writeLocalFile(urls);
    expect(await readFile(victim, 'utf8')).toBe('untouched');
  });

  it('empties its folder on reset: other data, other keys, and nothing that is not its own is lost', async () => {
    const dataDir = await makeDataFolder('reset');
    const first = await start(dataDir);
    await writeFile(join(dataDir, 'written-by-a-server'), '');
    await writeFile(join(dataDir, '.gitignore'), '*\n');
    await first.stop();
    const second = await start(dataDir, { reset: true });
    expect(second.keys.jwtSecret).not.toBe(first.keys.jwtSecret);
    const names = await readdir(dataDir);
    expect(names).toContain('.gitignore');
    expect(names).not.toContain('written-by-a-server');
  });

  it('does not reset a folder that another start uses', async () => {
    const dataDir = await makeDataFolder('reset-used');
    const stack = await start(dataDir);
    await expect(start(dataDir, { reset: true })).rejects.toThrow('is in use by process');
    const sql = postgres(stack.postgres.databaseUrl, { max: 1 });
    expect(await sql`select 1 as alive`).toEqual([{ alive: 1 }]);
    await sql.end();
  });
});

describe('local keys', () => {
  it('are JWTs of the two roles, valid for ten years, and differ between data folders', async () => {
    const stack = await start(join(await makeTestFolder('keys'), 'data'));
    const other = await start(join(await makeTestFolder('keys'), 'data'));
    const secret = new TextEncoder().encode(stack.keys.jwtSecret);
    expect(stack.keys.jwtSecret.length).toBeGreaterThanOrEqual(32);
    for (const [key, role] of [
      [stack.keys.anonKey, 'anon'],
      [stack.keys.serviceRoleKey, 'service_role'],
    ] as const) {
      const { payload } = await jwtVerify(key, secret, { algorithms: ['HS256'], issuer: 'supabase-demo' });
      expect(payload['role']).toBe(role);
      const years = ((payload.exp ?? 0) - (payload.iat ?? 0)) / (365.25 * 24 * 3600);
      expect(years).toBeCloseTo(10);
    }
    expect(other.keys.jwtSecret).not.toBe(stack.keys.jwtSecret);
    expect(decodeJwt(other.keys.anonKey)['role']).toBe('anon');
  });
});
