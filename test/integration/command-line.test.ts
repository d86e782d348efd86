import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Command, localFileOf, runCommand } from '../support/command-line.ts';
import { gql } from '../support/gql.ts';
import { listen } from '../support/listening-server.ts';
import { makeTestFolder, startTestPostgres } from '../support/postgres.ts';
import { transport } from '../support/supabase-transport.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const running: Command[] = [];

function start(...given: Parameters<typeof runCommand>): Command {
  const command = runCommand(...given);
  running.push(command);
  return command;
}

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  }
});

async function ask(url: string, token: string, query: string, variables: object = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}

async function sql(url: string, key: string, statement: string) {
  return await ask(url, key, gql(`query ($statement: String!) { sql(statement: $statement) { rows } }`), {
    statement,
  });
}

const serveEnv = {
  PORT: '0',
  HOST: '127.0.0.1',
  PUBLIC_URL: 'https://api.example.com',
  JWT_SECRET: testSecret,
  NODE_ENV: 'production',
  DRAIN_DELAY: '0s',
};

/** The port in the line that says where it listens. */
async function portOf(command: Command): Promise<number> {
  let over = false;
  void command.ended.then(() => {
    over = true;
  });
  for (;;) {
    const found = /"port":(\d+)/.exec(command.output())?.[1];
    if (found !== undefined) return Number(found);
    if (over) throw new Error(command.output());
    await new Promise((resolve) => command.child.stdout?.once('data', resolve));
  }
}

/** A copy of the gateway alone, with all packages but the local stack: what an image holds. */
async function copyWithoutLocalStack(): Promise<string> {
  const root = join(import.meta.dirname, '../..');
  const copy = await makeTestFolder('gateway-alone');
  await cp(join(root, 'src'), join(copy, 'src'), { recursive: true });
  await cp(join(root, 'package.json'), join(copy, 'package.json'));
  await mkdir(join(copy, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === 'bunbun-local') continue;
    await symlink(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  }
  return copy;
}

describe('bunbun without the package of the local stack', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await copyWithoutLocalStack();
  });

  it.each([[['dev']], [['dev', '--end-with-parent']]])('ends %j with one sentence', async (args) => {
    const command = start(args, { PORT: '0' }, copy, {}, copy);
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe(
      'bunbun: `dev` and `--end-with-parent` need the local stack, the package bunbun-local, which is not installed here: use `serve`.\n',
    );
  });

  it('serves', async () => {
    const command = start(['serve'], { ...serveEnv, AUTH_URL: 'http://127.0.0.1:9' }, copy, {}, copy);
    const health = await fetch(`http://127.0.0.1:${await portOf(command)}/health`);
    expect(health.status).toBe(200);
  });
});

describe('bunbun without upstreams', () => {
  it('runs dev: a query over the local stack, an end by signal, and the data is there at the next start', async () => {
    const dataDir = await makeTestFolder('dev');
    const first = start([], { PORT: '0', BUNBUN_DATA_DIR: dataDir });
    const local = await localFileOf(first, dataDir);
    expect(await sql(local.graphqlUrl, local.serviceRoleKey, 'select 1 as x')).toEqual({
      data: { sql: { rows: [{ x: 1 }] } },
    });
    expect(first.output()).toContain(`${local.graphqlUrl}#key=`);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = start([], { PORT: '0', BUNBUN_DATA_DIR: dataDir });
    const again = await localFileOf(second, dataDir);
    expect(again.serviceRoleKey).toBe(local.serviceRoleKey);
  });

  it('does not start the local stack when a misspelt variable may have been meant to choose', async () => {
    const dataDir = join(await makeTestFolder('misspelt'), 'data');
    const command = start([], { SUPABASE_UR: 'http://kong:8000', PORT: '0', BUNBUN_DATA_DIR: dataDir });
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain('SUPABASE_UR is not a variable of ours: was SUPABASE_URL meant?');
    expect(existsSync(dataDir)).toBe(false);
  });

  it('only warns of a misspelt variable when the command says what to run', async () => {
    const dataDir = await makeTestFolder('misspelt');
    const env = { SUPABASE_UR: 'http://kong:8000', PORT: '0', BUNBUN_DATA_DIR: dataDir };
    const command = start(['dev'], env);
    await localFileOf(command, dataDir);
    expect(command.output()).toContain(
      'bunbun: SUPABASE_UR is not a variable of ours: was SUPABASE_URL meant?',
    );
  });

  it('stays the local stack with PUBLIC_URL alone, and says so', async () => {
    const dataDir = await makeTestFolder('public-url');
    const env = { PUBLIC_URL: 'http://localhost:3999', PORT: '0', BUNBUN_DATA_DIR: dataDir };
    const command = start([], env);
    await localFileOf(command, dataDir);
    expect(command.output()).toContain(
      'PUBLIC_URL is set, but no service and no database: this is the local stack.',
    );
  });

  it('is not disturbed by credentials of another installation in the environment', async () => {
    const dataDir = await makeTestFolder('other-keys');
    const command = start(['dev'], {
      PORT: '0',
      BUNBUN_DATA_DIR: dataDir,
      JWT_SECRET: testSecret,
      ANON_KEY: hmacToken(keyClaims('anon')),
      SERVICE_ROLE_KEY: hmacToken(keyClaims('service_role')),
    });
    const local = await localFileOf(command, dataDir);
    expect(await sql(local.graphqlUrl, local.serviceRoleKey, 'select 1 as x')).toEqual({
      data: { sql: { rows: [{ x: 1 }] } },
    });
  });

  it('signs user tokens with ES256 where it is told to, for every service and beyond a restart', async () => {
    const dataDir = await makeTestFolder('dev');
    const env = { PORT: '0', BUNBUN_DATA_DIR: dataDir, LOCAL_JWT_ALGORITHM: 'ES256' };
    const first = start(['dev'], env);
    const local = await localFileOf(first, dataDir);
    const supabase = createClient(new URL(local.graphqlUrl).origin, local.anonKey, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      realtime: { transport },
    });
    const { data } = await supabase.auth.signUp({ email: 'ann@example.com', password: 'correct horse' });
    const token = data.session?.access_token ?? '';
    const verified = await supabase.auth.getClaims();
    expect(verified.error).toBeNull();
    expect(verified.data?.header).toMatchObject({ alg: 'ES256' });
    expect(verified.data?.claims).toMatchObject({ email: 'ann@example.com', role: 'authenticated' });

    const asked = gql(`{ viewer { role userId } me { email } buckets { id } }`);
    const answered = {
      data: {
        viewer: { role: 'AUTHENTICATED', userId: data.user?.id },
        me: { email: 'ann@example.com' },
        buckets: [],
      },
    };
    expect(await ask(local.graphqlUrl, token, asked)).toEqual(answered);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const again = await localFileOf(start(['dev'], env), dataDir);
    expect(await ask(again.graphqlUrl, token, asked)).toEqual(answered);
  });

  it('wants addresses confirmed by the mailbox where it is told to', async () => {
    const dataDir = await makeTestFolder('confirm');
    const env = { PORT: '0', BUNBUN_DATA_DIR: dataDir, LOCAL_AUTOCONFIRM: 'false' };
    const local = await localFileOf(start(['dev'], env), dataDir);
    const input = { email: 'ann@example.com', password: 'correct horse' };
    const signUp = gql(
      `mutation ($input: SignUpInput!) { signUp(input: $input) { confirmationRequired session { accessToken } } }`,
    );
    expect(await ask(local.graphqlUrl, local.anonKey, signUp, { input })).toEqual({
      data: { signUp: { confirmationRequired: true, session: null } },
    });
    const { messages } = await (await fetch(local.mailboxUrl ?? '')).json();
    expect(messages).toHaveLength(1);
    const confirm = gql(`mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) { user { email } } }`);
    const verify = { type: 'SIGNUP', email: input.email, token: messages[0].otp };
    expect(await ask(local.graphqlUrl, local.anonKey, confirm, { input: verify })).toEqual({
      data: { verifyOtp: { user: { email: input.email } } },
    });
  });

  it('tells local functions where the gateway is, on whatever port it came to listen', async () => {
    const folder = await makeTestFolder('functions');
    await mkdir(join(folder, 'supabase/functions/where'), { recursive: true });
    await writeFile(
      join(folder, 'supabase/functions/where/index.ts'),
      `export default () => new Response(Deno.env.get('SUPABASE_URL') ?? 'nowhere');`,
    );
    const dataDir = join(folder, 'data');
    const command = start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir }, folder);
    const { origin } = new URL((await localFileOf(command, dataDir)).graphqlUrl);
    const answer = await fetch(`${origin}/functions/v1/where`);
    expect(await answer.text()).toBe(origin);
  });

  it('starts again after it was killed, over the Postgres that was left behind', async () => {
    const dataDir = await makeTestFolder('killed');
    const first = start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir });
    await localFileOf(first, dataDir);
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');

    const second = start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir });
    const printed = new Promise<void>((resolve) => {
      second.child.stdout?.on('data', () => {
        if (second.output().includes('BunBun is ready')) resolve();
      });
    });
    await Promise.race([printed, second.ended]);
    const local = await localFileOf(second, dataDir);
    expect(await sql(local.graphqlUrl, local.serviceRoleKey, 'select 2 as x')).toEqual({
      data: { sql: { rows: [{ x: 2 }] } },
    });
  });

  it('says in one sentence that its port is taken, and leaves nothing running', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const dataDir = join(await makeTestFolder('taken'), 'data');
    const command = start(['dev'], { PORT: String(port), BUNBUN_DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe(
      `bunbun: Port ${port} is taken by another process: stop it, or set PORT to another one.\n`,
    );
    const metrics = { METRICS_PORT: String(port), LOG_LEVEL: 'silent' };
    for (const env of [
      { ...metrics, PORT: '0', BUNBUN_DATA_DIR: dataDir },
      { ...serveEnv, ...metrics },
    ]) {
      const other = start([], env);
      expect(await other.ended).toBe(1);
      expect(other.output()).toBe(
        `bunbun: Port ${port} is taken by another process: stop it, or set METRICS_PORT to another one.\n`,
      );
    }
    // Nothing was made: a database would have cost its time first.
    expect(existsSync(dataDir)).toBe(false);
    await new Promise((resolve) => taken.close(resolve));
  });

  it('stops at once when it is told to while it makes its database, and leaves nothing', async () => {
    const dataDir = await makeTestFolder('stopped');
    const command = start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir }, undefined, { detached: true });
    const names = () => readdirSync(dataDir);
    await expect
      .poll(() => names().some((name) => name.startsWith('cluster.new-')), { interval: 10, timeout: 30_000 })
      .toBe(true);
    // As a terminal does: to the whole group, whatever else is in it.
    process.kill(-(command.child.pid ?? Number.NaN), 'SIGINT');
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe('bunbun: The start was stopped before it was ready.\n');
    expect(names()).toEqual(['keys.json']);
  });

  it('says that it may not write where its data folder would be', async () => {
    const closed = await makeTestFolder('closed');
    await chmod(closed, 0o555);
    const dataDir = join(closed, 'data');
    const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const command = start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir }, undefined, as);
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe(
      `bunbun: The data folder ${dataDir} cannot be made where this user may not write: set BUNBUN_DATA_DIR to another one.\n`,
    );
  });

  it.runIf(process.getuid?.() === 0)('says that a user without a name gets no database', async () => {
    const dataDir = await makeTestFolder('nameless');
    await chown(dataDir, 54_321, 54_321);
    const as = { uid: 54_321, gid: 54_321 };
    const command = start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir }, undefined, as);
    expect(await command.ended).toBe(1);
    expect(command.output()).toBe(
      'bunbun: The user with the id 54321 is not in /etc/passwd, and Postgres makes no database for a user without a name: ' +
        'start as one that is, or add a line for this one.\n',
    );
  });

  it('refuses to listen on the network unless it is told to', async () => {
    const command = start(['dev'], {
      HOST: '0.0.0.0',
      PORT: '0',
      BUNBUN_DATA_DIR: '/nonexistent/never-made',
    });
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain('--allow-lan');
  });

  it('listens on the network when it is told to, without key link, mailbox and metrics', async () => {
    const dataDir = await makeTestFolder('lan');
    const command = start(['dev', '--allow-lan'], { HOST: '0.0.0.0', PORT: '0', BUNBUN_DATA_DIR: dataDir });
    const local = await localFileOf(command, dataDir);
    await expect.poll(() => command.output()).toContain('BunBun is ready');
    expect(await sql(local.graphqlUrl, local.serviceRoleKey, 'select 3 as x')).toEqual({
      data: { sql: { rows: [{ x: 3 }] } },
    });
    expect(command.output()).not.toContain('#key=');
    expect(command.output()).not.toContain('/_local/mailbox');
    expect(local).not.toHaveProperty('mailboxUrl');
    expect((await fetch(`${local.authUrl}/health`)).status).toBe(200);
    for (const method of ['GET', 'DELETE'])
      expect((await fetch(`${local.authUrl}/_local/mailbox`, { method })).status).toBe(404);
    const { origin } = new URL(local.graphqlUrl);
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect((await fetch(`${origin}/metrics`)).status).toBe(404);
  });

  it('serves mailbox and metrics to this machine otherwise', async () => {
    const dataDir = await makeTestFolder('loopback');
    const local = await localFileOf(start(['dev'], { PORT: '0', BUNBUN_DATA_DIR: dataDir }), dataDir);
    expect(await (await fetch(local.mailboxUrl ?? '')).json()).toEqual({ messages: [] });
    expect((await fetch(`${new URL(local.graphqlUrl).origin}/metrics`)).status).toBe(200);
  });
});

describe('bunbun serve', () => {
  it('names every problem of its configuration at once, and no secret', async () => {
    const command = start(['serve'], { PORT: 'many', JWT_SECRET: 'short-secret', AUTH_URL: 'ftp://auth' });
    expect(await command.ended).toBe(1);
    for (const name of ['PORT', 'JWT_SECRET', 'AUTH_URL', 'PUBLIC_URL'])
      expect(command.output()).toContain(name);
    expect(command.output()).not.toContain('short-secret');
    expect(command.output()).not.toMatch(/^\s+at /m);
  });

  it('takes one Ctrl+C that arrives twice, from the terminal and from npm, for one', async () => {
    // It is still stopping when the second one comes.
    const command = start([], { ...serveEnv, DRAIN_DELAY: '300ms' });
    await portOf(command);
    // Two signals of one kind could arrive as one.
    command.child.kill('SIGINT');
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
  });

  it('warns of a misspelt variable, and serves', async () => {
    const command = start([], { ...serveEnv, AUTH_ULR: 'http://auth:9999' });
    expect(await portOf(command)).toBeGreaterThan(0);
    expect(command.output()).toContain('bunbun: AUTH_ULR is not a variable of ours: was AUTH_URL meant?');
  });

  it('says that Postgres refuses the password, and not that it does not answer', async () => {
    await using postgres = await startTestPostgres();
    const wrong = (url: string) => url.replace(/:[^:@/]+@/, ':not-the-password@');
    const env = {
      ...serveEnv,
      DATABASE_URL: wrong(postgres.databaseUrl),
      DATABASE_URL_READ: wrong(postgres.readUrl),
    };
    const command = start([], env);
    await portOf(command);
    for (const variable of ['DATABASE_URL', 'DATABASE_URL_READ'])
      expect(command.output()).toContain(`"msg":"Postgres refuses ${variable}"`);
    expect(command.output()).toContain('its password is wrong');
    expect(command.output()).not.toContain('not-the-password');
  });

  it('refuses a rate limit for a field that has none', async () => {
    const command = start(['serve'], { ...serveEnv, RATE_LIMITS: '{"signin":{"limit":5,"window":"5m"}}' });
    expect(await command.ended).toBe(1);
    expect(command.output()).toContain(
      'RATE_LIMITS must name fields that have a @rateLimit, which signin has not.',
    );
  });

  it('is chosen in production, lets a running request end on SIGTERM, and refuses new ones', async () => {
    let answer = (): void => undefined;
    let arrived = (): void => undefined;
    const atUpstream = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const upstream = await listen((_request, response) => {
      answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"slow":true}');
      arrived();
    });
    const command = start([], { ...serveEnv, FUNCTIONS_URL: upstream.url });
    const url = `http://127.0.0.1:${await portOf(command)}`;
    const token = hmacToken(keyClaims('service_role'));
    const running = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: gql(`mutation { invokeFunction(name: "slow") { status } }`) }),
    });
    await atUpstream;
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    command.child.kill('SIGTERM');
    await new Promise<void>((resolve) => {
      const probe = (): void => {
        fetch(`${url}/ready`, { headers: { connection: 'close' } }).then(
          (response) => (response.status === 503 ? resolve() : setImmediate(probe)),
          () => resolve(),
        );
      };
      probe();
    });
    answer();
    const response = await running;
    expect(await response.json()).toMatchObject({ data: { invokeFunction: { status: 200 } } });
    expect(await command.ended).toBe(0);
    await upstream.close();
  });

  it('serves no GraphiQL page and no schema to strangers in production', async () => {
    const command = start([], serveEnv);
    const url = `http://127.0.0.1:${await portOf(command)}/graphql`;
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
    const introspect = (headers: Record<string, string>) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: gql(`{ __schema { queryType { name } } }`) }),
      }).then((response) => response.json());
    expect(await introspect({})).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    const token = hmacToken(keyClaims('service_role'));
    expect(await introspect({ authorization: `Bearer ${token}` })).toEqual({
      data: { __schema: { queryType: { name: 'Query' } } },
    });
    const misspelt = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ viewe { role } }"}',
    });
    expect(await misspelt.text()).not.toContain('Did you mean');
  });
});

it('says that Node is too old before it loads anything that an old Node cannot', async () => {
  const olden = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.18.3'})";
  const command = start(['--help'], { NODE_OPTIONS: `--import ${olden}` });
  expect(await command.ended).toBe(1);
  expect(command.output()).toBe('bunbun: This is Node 20.18.3; 20.19 or newer is needed.\n');
});

it('names a command that it does not know, before it says which there are', async () => {
  const command = start(['strat'], {});
  expect(await command.ended).toBe(2);
  expect(command.output()).toMatch(/^bunbun: There is no command `strat`\.\n\nUsage: /);
});

it('prints the schema that is committed', async () => {
  const command = start(['schema', 'print'], {});
  expect(await command.ended).toBe(0);
  expect(command.output()).toContain('directive @auth(');
});
