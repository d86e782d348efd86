import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { identifyProcess, isAlive } from '../../packages/local/src/lib/process-identity.ts';
import { cleanUpAfterEach, onCleanUp, query, refusal, start } from '../support/local-start.ts';
import { makeDataFolder, makeTestFolder } from '../support/postgres.ts';

cleanUpAfterEach();

/** Starts Postgres from another process, which commits a table `kept`, or says why it could not start. */
async function holdElsewhere(dataDir: string): Promise<{ child: ChildProcess; pid: number; error?: string }> {
  const script = new URL('../support/hold-postgres.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onCleanUp(async () => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ...JSON.parse(String(line)) };
}

describe('starting', () => {
  it('keeps data, keys and port over a restart', async () => {
    const dataDir = await makeTestFolder('restart');
    const first = await start(dataDir);
    await query(first, 'create table kept as select 1 as id');
    await first.stop();
    const second = await start(dataDir);
    expect(await query(second, 'select id from kept')).toEqual([{ id: 1 }]);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(second.secrets).toEqual(first.secrets);
  });

  it('has the printed passwords again after somebody changed them', async () => {
    const dataDir = await makeTestFolder('changed-password');
    const first = await start(dataDir);
    await query(first, "alter role postgres password 'another'");
    await first.stop();
    expect(await query(await start(dataDir), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('closes the data folder and its keys to others', async () => {
    const dataDir = await makeTestFolder('modes');
    const server = await start(dataDir);
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(join(dataDir, 'keys.json'))).toBe(0o600);
    expect(await mode(server.cluster)).toBe(0o700);
    expect((await mode(dataDir)) & 0o067).toBe(0);
  });

  it('refuses a second start in the same folder, from this and from another process', async () => {
    const dataDir = await makeDataFolder('twice');
    const server = await start(dataDir);
    const error = await refusal(start(dataDir));
    expect(error.message).toContain(`in use by process ${process.pid}`);
    expect((await holdElsewhere(dataDir)).error).toBe(error.message);
    expect(await query(server, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  });

  it('takes over after kill -9: the orphan is ended and what it committed is kept', async () => {
    const dataDir = await makeDataFolder('killed');
    const { child, pid: orphan } = await holdElsewhere(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await identifyProcess(orphan)).toBeDefined();
    const server = await start(dataDir);
    expect(await identifyProcess(orphan)).toBeUndefined();
    expect(await query(server, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('recovers when Postgres was killed as well', async () => {
    const dataDir = await makeDataFolder('killed-both');
    const { child, pid } = await holdElsewhere(dataDir);
    process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await start(dataDir);
    expect(await query(server, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('leaves a process alone that got the id of a dead postmaster', async () => {
    const dataDir = await makeDataFolder('recycled');
    const server = await start(dataDir);
    await server.stop();
    const bystander = spawn('sleep', ['60']);
    onCleanUp(async () => bystander.kill('SIGKILL'));
    const lines = [
      bystander.pid,
      server.cluster,
      Math.floor(Date.now() / 1000),
      server.port,
      '',
      '127.0.0.1',
    ];
    await writeFile(join(server.cluster, 'postmaster.pid'), `${lines.join('\n')}\n`);
    await start(dataDir);
    expect(bystander.signalCode).toBeNull();
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
  });

  it('takes over the lock of a dead process, even when its id lives on', async () => {
    const dataDir = await makeDataFolder('lock');
    const stale = JSON.stringify({ pid: process.pid, birth: 'another boot 1' });
    await writeFile(join(dataDir, 'postgres.lock'), stale);
    await start(dataDir);
  });

  it('begins anew after an interrupted first start', async () => {
    const dataDir = await makeTestFolder('half');
    const server = await start(dataDir);
    await server.stop();
    await rm(server.cluster, { recursive: true });
    const half = join(dirname(server.cluster), 'cluster.new-0123');
    await mkdir(half);
    await writeFile(join(half, 'PG_VERSION'), '15\n');
    await start(dataDir);
    expect((await readdir(dirname(server.cluster))).filter((name) => name.startsWith('cluster'))).toEqual([
      'cluster',
    ]);
  });

  it('refuses a folder that holds other things, and leaves it as it is', async () => {
    const dataDir = await makeTestFolder('foreign');
    await writeFile(join(dataDir, 'letter.txt'), 'dear');
    const before = (await stat(dataDir)).mode;
    expect((await refusal(start(dataDir))).message).toContain('holds other files');
    expect((await stat(dataDir)).mode).toBe(before);
    expect(await readdir(dataDir)).toEqual(['letter.txt']);
  });

  it('says in one sentence that the keys are damaged, without showing them', async () => {
    const dataDir = await makeTestFolder('damaged');
    await writeFile(join(dataDir, 'keys.json'), '{"version":1,"jwtSecret":"tell-nobody');
    const error = await refusal(start(dataDir));
    expect(error.message).toContain('are damaged');
    expect(`${error.stack} ${error.cause}`).not.toContain('tell-nobody');
  });

  it('gives a folder of an older start the login for rows, and the roles of users', async () => {
    const dataDir = await makeDataFolder('older');
    const path = join(dataDir, 'keys.json');
    const { passwords, ...keys } = JSON.parse(await readFile(path, 'utf8'));
    const { bunbun_rows: _, ...older } = passwords;
    await writeFile(path, JSON.stringify({ ...keys, passwords: older }));
    const first = await start(dataDir);
    await query(first, 'create role editor');
    await query(first, 'create role strong bypassrls');
    await first.stop();

    const second = await start(dataDir, { userRoles: ['editor', 'strong', 'missing'] });
    expect(second.rowsUrl).toBe(first.rowsUrl);
    const sql = postgres(second.rowsUrl, { max: 1 });
    onCleanUp(() => sql.end());
    await sql`set role editor`;
    await expect(sql`set role strong`).rejects.toMatchObject({ code: '42501' });
  });

  it('says so when the keys are not those of the database', async () => {
    const dataDir = await makeDataFolder('other-keys');
    const server = await start(dataDir);
    await server.stop();
    const path = join(dataDir, 'keys.json');
    const keys = (await readFile(path, 'utf8')).replace(
      server.secrets.passwords.supabase_admin,
      'f'.repeat(48),
    );
    await writeFile(path, keys);
    expect((await refusal(start(dataDir))).message).toContain('not those of its database');
  });

  it('says in one sentence that the port is taken', async () => {
    const taken = createServer();
    onCleanUp(async () => taken.close());
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const error = await refusal(start(await makeDataFolder('port'), { port }));
    expect(error.message).toBe(`Port ${port} for Postgres is taken.`);
  });

  it('says in one sentence that Postgres ended, keeps its last words as the cause, and leaves nothing running', async () => {
    const dataDir = await makeDataFolder('early-exit');
    const settings = { shared_preload_libraries: 'no_such_library' };
    const error = await refusal(start(dataDir, { settings }));
    expect(error.message).toMatch(
      /^Postgres ended while it was starting: could not access file "no_such_library"/,
    );
    expect(String(error.cause)).toContain('no_such_library');
    await start(dataDir);
  });
});

describe('running', () => {
  it('stops although clients are connected, and gives the folder free', async () => {
    const server = await start(await makeDataFolder('stop'));
    const sql = postgres(server.databaseUrl, { max: 1 });
    await sql`select 1`;
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null, expected: true });
    expect(isAlive(server.pid)).toBe(false);
    await sql.end({ timeout: 1 });
    await server.stop();
  });

  it('tells when the server dies by itself', async () => {
    const server = await start(await makeDataFolder('dies'));
    process.kill(server.pid, 'SIGQUIT');
    expect(await server.exited).toMatchObject({ expected: false });
  });
});
