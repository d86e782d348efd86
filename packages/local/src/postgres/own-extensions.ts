import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../lib/exists.ts';
import type { LocalLog } from '../lib/log.ts';
import { asUser, type OsUser, postgresEnvironment } from '../lib/os-user.ts';
import type { PostgresBinaries } from './binaries.ts';

/**
 * What Supabase lets the login `postgres` create although plain Postgres keeps it to superusers. None of their scripts
 * runs anything that its caller could have put in the way, and none of them reads files, runs programs or writes to
 * tables past their rules, as file_fdw, adminpack, plpython3u, pageinspect or pg_surgery do.
 */
const lent = new Set([
  'autoinc',
  'bloom',
  'dblink',
  'dict_xsyn',
  'earthdistance',
  'insert_username',
  'moddatetime',
  'pg_buffercache',
  'pg_prewarm',
  'pg_stat_statements',
  'pg_walinspect',
  'pgrowlocks',
  'pgstattuple',
  'postgres_fdw',
  'refint',
  'sslinfo',
]);

/** Foreign-data wrappers stay a superuser's: whoever creates the extension may make servers with them. */
const wrappers: Readonly<Record<string, string>> = { dblink: 'dblink_fdw', postgres_fdw: 'postgres_fdw' };

/**
 * The same Postgres with an extension folder of its own, in which extensions of `lent` are marked as trusted: Postgres
 * itself then lets whoever may create in a database create them, and makes their objects a superuser's. Postgres looks
 * for that folder beside its program, so the program is copied; all else are links. Gives `binaries` back where the
 * installation is laid out in another way.
 */
export async function withOwnExtensions(
  binaries: PostgresBinaries,
  { home, user, log }: { home: string; user: OsUser | undefined; log: LocalLog },
): Promise<PostgresBinaries> {
  const layout = await layoutOf(binaries);
  if (layout === undefined) return binaries;
  try {
    const bin = join(await ownFolder(layout, home), relative(layout.root, binaries.bin));
    // A file system may allow no programs.
    const options = { cwd: '/', env: postgresEnvironment, ...asUser(user) };
    await promisify(execFile)(join(bin, 'postgres'), ['--version'], options);
    return { ...binaries, bin };
  } catch (error) {
    log.warn({ err: error }, 'extensions that are not trusted stay with superusers');
    return binaries;
  }
}

interface Layout {
  /** The folder below which all of it lies. */
  readonly root: string;
  /** Folder of the programs. */
  readonly bin: string;
  /** Folder of the data files that all clusters share. */
  readonly share: string;
}

/** Postgres keeps the way from `bin` to `share` that it was built with, wherever it is moved. */
async function layoutOf({ bin, major }: PostgresBinaries): Promise<Layout | undefined> {
  if (process.platform === 'win32') return undefined;
  const prefix = dirname(bin);
  const debian = `/usr/lib/postgresql/${major}`;
  const candidates: Layout[] = [
    { root: prefix, bin, share: join(prefix, 'share', 'postgresql') },
    { root: prefix, bin, share: join(prefix, 'share') },
    ...(prefix === debian ? [{ root: '/usr', bin, share: `/usr/share/postgresql/${major}` }] : []),
  ];
  for (const layout of candidates) {
    if (await exists(join(layout.share, 'extension', 'plpgsql.control'))) return layout;
  }
  return undefined;
}

const prefix = 'programs-';

async function ownFolder({ root, bin, share }: Layout, home: string): Promise<string> {
  const [program, extensions] = await Promise.all([
    stat(join(bin, 'postgres')),
    stat(join(share, 'extension')),
  ]);
  const facts = [root, program.mtimeMs, program.size, extensions.mtimeMs, [...lent], wrappers];
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
  const folder = join(home, prefix + hash);
  if (await exists(folder)) return folder;
  for (const name of await readdir(home)) {
    if (name.startsWith(prefix)) await rm(join(home, name), { recursive: true, force: true });
  }
  const unfinished = `${folder}.${randomBytes(6).toString('hex')}`;
  const own = (path: string) => join(unfinished, relative(root, path));
  try {
    await mkdir(own(bin), { recursive: true });
    await copyFile(join(bin, 'postgres'), join(own(bin), 'postgres'));
    await chmod(join(own(bin), 'postgres'), 0o755);
    await linkAll(share, own(share), ['extension']);
    await fillExtensions(join(share, 'extension'), join(own(share), 'extension'));
    // Libraries lie beside the programs.
    await linkAll(dirname(bin), own(dirname(bin)));
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** Links to what is in `from` and not yet in `to`, but for the names in `except`. */
async function linkAll(from: string, to: string, except: readonly string[] = []): Promise<void> {
  await mkdir(to, { recursive: true });
  const there = new Set([...(await readdir(to)), ...except]);
  for (const name of await readdir(from)) {
    if (!there.has(name)) await symlink(join(from, name), join(to, name));
  }
}

async function fillExtensions(from: string, to: string): Promise<void> {
  await mkdir(to);
  const write = async (name: string, change: (text: string) => string): Promise<void> =>
    await writeFile(join(to, name), change(await readFile(join(from, name), 'utf8')), { mode: 0o644 });
  for (const name of await readdir(from)) {
    // `dblink.control`, and `dblink--1.2.sql` but not `dblink--1.1--1.2.sql`, which makes a 1.1 a 1.2.
    const [, extension = '', end] = /^([^.]*?)(\.control|--(?:(?!--).)*\.sql)$/.exec(name) ?? [];
    if (!lent.has(extension)) continue;
    const wrapper = wrappers[extension];
    if (end === '.control') await write(name, trusted);
    else if (wrapper !== undefined) await write(name, (text) => text + grant(wrapper));
  }
  await linkAll(from, to);
}

function trusted(control: string): string {
  const lines = control.split('\n').filter((line) => !/^\s*trusted\s*=/.test(line));
  return `${lines.join('\n')}\ntrusted = true\n`;
}

function grant(wrapper: string): string {
  return `\ngrant usage on foreign data wrapper ${wrapper} to @extowner@ with grant option;\n`;
}
