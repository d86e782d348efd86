import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunMigrationInput } from '../generated/operations.ts';
import { type DatabaseGateway, startDatabaseGateway } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { makeTestFolder } from '../support/postgres.ts';

const run = promisify(execFile);
let database: DatabaseGateway;
let folder: string;

/** The CLI is too large to depend on; where npm cannot bring it in time these tests are skipped, and say why. */
const missing = await run('npx', ['--yes', 'supabase@3.1.0', '--version'], { timeout: 60_000 }).then(
  ({ stdout }) => (stdout.includes('3.1.0') ? undefined : `npx ran another one: ${stdout.trim()}`),
  (error: unknown) => `npx cannot run supabase@3.1.0: ${lastLines(error)}`,
);

/** How npm reaches its registry: a home of its own would hide it, and so does another Node's folder. */
const npmSettings = {
  npm_config_userconfig: join(homedir(), '.npmrc'),
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('npm_config_'))),
};

function lastLines(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const killed = 'killed' in error && error.killed === true ? 'it took longer than a minute; ' : '';
  const lines = error.message.split('\n').filter((line) => /error|not found/i.test(line));
  return killed + lines.slice(0, 4).join('; ');
}

beforeAll(async () => {
  if (missing !== undefined) {
    // The reporter shows the reasons of skipped tests in its verbose form alone.
    process.stderr.write(`Skipped the tests with the Supabase CLI: ${missing}\n`);
    return;
  }
  database = await startDatabaseGateway();
  folder = await makeTestFolder('supabase-cli');
  await mkdir(join(folder, 'supabase', 'migrations'), { recursive: true });
  await writeFile(join(folder, 'supabase', 'config.toml'), 'project_id = "history"\n');
});

afterAll(async () => {
  await database?.close();
});

async function supabase(...args: string[]): Promise<string> {
  const remote = `--remote=${database.server.databaseUrl}?sslmode=disable`;
  const { stdout, stderr } = await run('npx', ['--yes', 'supabase@3.1.0', ...args, remote], {
    cwd: folder,
    timeout: 60_000,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      ...npmSettings,
      CI: '1',
    },
  });
  return stdout + stderr;
}

const file = (name: string, sql: string) => writeFile(join(folder, 'supabase', 'migrations', name), sql);

async function migrate(input: RunMigrationInput) {
  const { data, errors } = await database.ask(
    gql(
      `mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied migration { checksum } } }`,
    ),
    { input },
  );
  return { applied: data?.runMigration?.applied, code: errors[0]?.extensions.code };
}

// The comment after the last statement is stored by one of the two tools and not by the other.
const sql = `-- the first
create table theirs (id int primary key, note text default 'a;b');

create function f() returns int language plpgsql as $$ begin return 1; end; $$;
/* and
   some */ insert into theirs values (1);
`;

describe('the Supabase CLI', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it('writes a history that is ours: the same statements are applied already, others are CONFLICT', async () => {
    await file('20260101000000_theirs.sql', sql);
    await supabase('db', 'push', '--yes');
    const { data } = await database.ask(gql(`{ migrations { nodes { version name statements } } }`));
    expect(data.migrations.nodes).toMatchObject([{ version: '20260101000000', name: 'theirs' }]);
    expect(data.migrations.nodes[0]?.statements).toHaveLength(3);
    const same = { version: '20260101000000', name: 'theirs', sql };
    expect(await migrate(same)).toEqual({ applied: false, code: undefined });
    expect((await migrate({ ...same, sql: 'select 1' })).code).toBe('CONFLICT');
  }, 150_000);

  it('reads ours: what we applied is in its list and is not applied again', async () => {
    const ours = { version: '20260102000000', name: 'ours', sql: 'create table ours (id int);\nselect 1;' };
    expect(await migrate(ours)).toEqual({ applied: true, code: undefined });
    await file('20260102000000_ours.sql', ours.sql);
    const list = await supabase('migration', 'list');
    // Local and remote side by side.
    expect(list).toMatch(/20260102000000\D+20260102000000/);
    await file('20260103000000_more.sql', 'create table more (id int);');
    const pushed = await supabase('db', 'push', '--yes');
    expect(pushed).toContain('20260103000000_more.sql');
    expect(pushed).not.toContain('20260102000000_ours.sql');
    const { data } = await database.ask(gql(`{ migrations { nodes { version } } }`));
    expect(data.migrations.nodes.map(({ version }: { version: string }) => version)).toEqual([
      '20260101000000',
      '20260102000000',
      '20260103000000',
    ]);
  }, 150_000);

  it('takes placeholders, names that repeat and odd versions, and so do we, with the same statements', async () => {
    const files: [string, string, string][] = [
      ['1', 'odd', 'create table odd (id int);'],
      ['0002', '', 'select 2;'],
      ['20260201000000', 'comments', '-- only\n/* comments */\n'],
      ['20260201000001', 'empty', ''],
      ['20260201000002', 'blank', '\n\n'],
      ['20260201000003', 'same', 'select 3;'],
      ['20260201000004', 'same', '-- head\nselect 4;\n-- tail\n'],
      ['20260201000005', 'semicolons', ';;select 5;;\n;-- c;\n;'],
      ['20260201000006', 'block', "insert into odd values (1) ; select E'a\\';b', ';' ;"],
      ['20260201000007', 'begin', 'begin; select 7; commit;'],
      ['9'.repeat(41), 'long', 'select 9;'],
    ];
    for (const [version, name, text] of files) await file(`${version}_${name}.sql`, text);
    await supabase('db', 'push', '--yes', '--include-all');
    for (const [version, name, text] of files) {
      expect([version, await migrate({ version, name, sql: text })]).toEqual([
        version,
        { applied: false, code: undefined },
      ]);
    }
    const next = { version: '20260202000000', name: 'same', sql: 'select 8;' };
    expect(await migrate(next)).toEqual({ applied: true, code: undefined });
  }, 150_000);
});
