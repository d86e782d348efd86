import postgresJs from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkReadLogin } from '../../src/modules/sql/check-read-login.ts';
import { grantsSql } from '../../src/modules/sql/grants-sql.ts';
import { connectDatabase, failureOf } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { testCall } from '../support/test-call.ts';

let postgres: TestPostgres;
let admin: postgresJs.Sql;

beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

/** A gateway's connections whose SQL for reading logs in as `role`. */
function readingAs(role: string) {
  const { port, databaseUrl } = postgres;
  const database = new URL(databaseUrl).pathname;
  const readUrl = `postgres://${role}:secret@127.0.0.1:${port}${database}`;
  return connectDatabase({ url: databaseUrl, readUrl }, { refusePrivilegedRead: true });
}

describe('the login for reading SQL', () => {
  it.each([
    ['superuser', [], /SUPERUSER/],
    ['replication', [], /REPLICATION/],
    ['nosuperuser', ['pg_signal_backend'], /pg_signal_backend/],
    [
      'nosuperuser',
      ['pg_read_server_files', 'pg_execute_server_program'],
      /pg_execute_server_program, pg_read_server_files/,
    ],
    ['noinherit', ['pg_write_server_files'], /pg_write_server_files/],
    // Reads pg_authid.
    ['nosuperuser', ['pg_read_all_data'], /pg_read_all_data/],
    // May become a superuser by SET ROLE.
    ['noinherit', ['supabase_admin'], /SUPERUSER/],
  ])('is refused when it is %s and a member of %j', async (attribute, memberships, message) => {
    await admin.unsafe(
      `drop role if exists too_much; create role too_much login password 'secret' ${attribute}`,
    );
    for (const role of memberships) await admin.unsafe(`grant ${role} to too_much`);
    await using database = readingAs('too_much');
    const failure = await failureOf(checkReadLogin(database.pools));
    expect(failure.code).toBe('NOT_CONFIGURED');
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/ALLOW_PRIVILEGED_SQL/);
    const call = await failureOf(database.client.query({ statement: 'select 1' }, testCall()));
    expect(call.code).toBe('NOT_CONFIGURED');
  });

  it('is accepted as the local stack makes it', async () => {
    const urls = { url: postgres.databaseUrl, readUrl: postgres.readUrl };
    await using database = connectDatabase(urls, { refusePrivilegedRead: true });
    await checkReadLogin(database.pools);
  });

  const secrets = [
    'select rolpassword from pg_authid',
    'select passwd from pg_shadow',
    "select query_to_xml('select rolpassword from pg_authid', true, true, '')",
    'select umoptions from pg_user_mapping',
    'select subconninfo from pg_subscription',
    'select * from pg_statistic',
    'select lo_get(loid) from pg_largeobject',
  ];

  it('of the local stack reads no passwords of roles and servers', async () => {
    const urls = { url: postgres.databaseUrl, readUrl: postgres.readUrl };
    await using database = connectDatabase(urls);
    for (const statement of [...secrets, 'select * from _bunbun.passwords']) {
      const failure = await failureOf(database.client.query({ statement }, testCall()));
      expect([statement, failure.code]).toEqual([statement, 'FORBIDDEN']);
    }
  });

  it('is made by the SQL of doctor --grants, twice if need be, and everybody else keeps what they had', async () => {
    // As on a server that has never seen the role.
    await admin.unsafe('drop owned by bunbun_read; drop role bunbun_read');
    await admin.unsafe('grant execute on function pg_catalog.pg_cancel_backend(int) to public');
    await admin.unsafe('create role bystander');
    await admin.unsafe('create schema "Old ""one"""; create table "Old ""one""".t as select 1 as x');
    await admin.unsafe(grantsSql());
    // As earlier versions made it.
    await admin.unsafe('grant pg_read_all_data to bunbun_read');
    await admin.unsafe(grantsSql());
    await admin.unsafe("alter role bunbun_read password 'secret'");
    await using database = readingAs('bunbun_read');
    await checkReadLogin(database.pools);
    const query = (statement: string) => database.client.query({ statement }, testCall());
    expect((await query('select count(*) > 0 as reads from auth.users where false')).rowCount).toBe(1);
    await admin.unsafe('create schema later; create table later.t as select 2 as x; create sequence later.s');
    await admin.unsafe(
      'grant all on schema later to postgres; set role postgres; create table later.theirs as select 3 as x; reset role',
    );
    for (const from of ['"Old ""one""".t', 'later.t', 'later.theirs', 'later.s']) {
      expect((await query(`select * from ${from}`)).rowCount).toBe(1);
    }
    for (const statement of [
      ...secrets,
      'select pg_cancel_backend(pg_backend_pid())',
      'select pg_terminate_backend(pg_backend_pid())',
      "select pg_create_physical_replication_slot('s')",
      "select pg_read_file('/etc/passwd')",
      'select lo_create(0)',
      'select pg_reload_conf()',
    ]) {
      expect((await failureOf(query(statement))).code).toBe('FORBIDDEN');
    }
    const [bystander] =
      await admin`select has_function_privilege('bystander', 'pg_cancel_backend(int)', 'EXECUTE') as may`;
    expect(bystander).toEqual({ may: true });
  });
});
