import { loadavg } from 'node:os';
import { gql } from '../../test/support/gql.ts';
import { startChild, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { inTurns, type Load, requestsPerSecond } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';

const rounds = 5;
const seconds = 3;
const connections = 20;

async function signUp(authUrl: string): Promise<string> {
  const response = await fetch(`${authUrl}/signup`, {
    method: 'POST',
    body: JSON.stringify({ email: 'bench@example.com', password: 'correct horse' }),
  });
  const body: { access_token?: string } = JSON.parse(await response.text());
  if (body.access_token === undefined) throw new Error(`sign-up answered ${response.status}`);
  return body.access_token;
}

/** `me` through the gateway beside the same question asked of the auth server itself. */
export async function run(): Promise<void> {
  const before = loadavg()[0]?.toFixed(1);
  const bench = await startBenchStack();
  const auth = await startChild(['--import', 'tsx', 'bench/servers/auth-server.ts'], {
    AUTH_DATABASE_URL: bench.stack.postgres.urlFor('supabase_auth_admin'),
    JWT_SECRET: bench.stack.keys.jwtSecret,
  });
  const gateway = await startGateway({ ...bench.env, AUTH_URL: auth.url });
  try {
    const token = await signUp(auth.url);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const shared = { headers, connections, seconds };
    const body = JSON.stringify({ query: gql(`{ me { id email role createdAt userMetadata } }`) });
    const throughGateway: Load = { ...shared, url: `${gateway.url}/graphql`, body };
    const direct: Load = { ...shared, url: `${auth.url}/user`, method: 'GET' };
    for (const load of [throughGateway, direct]) await requestsPerSecond({ ...load, seconds: 2 });
    const measured = await inTurns(
      { gateway: () => requestsPerSecond(throughGateway), direct: () => requestsPerSecond(direct) },
      rounds,
    );
    const ratio = (measured.gateway / measured.direct).toFixed(2);
    writeResults(
      'auth',
      `Medians of ${rounds} rounds of ${seconds} s in turns, ${connections} connections. Load of the machine before: ${before}; above 1, other work took part of the cores, and the longer chain loses more by it.`,
      [
        {
          measure: '`me`, with a token that was seen before',
          against: '`GET /user` of the local auth server itself',
          goal: '>= 0.8',
          result: `${ratio} (${Math.round(measured.gateway)} against ${Math.round(measured.direct)} req/s)`,
        },
      ],
    );
  } finally {
    await Promise.all([gateway.stop(), auth.stop()]);
    await bench.stop();
  }
}
