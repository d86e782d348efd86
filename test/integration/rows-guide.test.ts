import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseEnv, serviceToken } from '../support/database-gateway.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { liveClient, liveResults } from '../support/live-results.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(root, 'docs/guides/rows.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly code: string;
}

const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = '', code = '']) => ({ language, code }));
/** The blocks of code by the heading of their section. */
const sections = new Map(
  page.split(/^## /m).map((text) => [text.slice(0, text.indexOf('\n')), blocksOf(text)]),
);

const token = hmacToken(userClaims());

describe('the guide on rows', () => {
  let server: TestPostgres;
  let developer: postgres.Sql;
  let gateway: TestGateway;

  beforeAll(async () => {
    server = await startTestPostgres();
    developer = postgres(server.databaseUrl, { max: 1, onnotice: () => undefined });
    const [{ code = '' } = {}] = sections.get('Configuration') ?? [];
    await developer.unsafe(code.replaceAll('bunbun_rows', 'guide_rows').replace('…', 'guide'));
    const login = new URL(server.databaseUrl);
    [login.username, login.password] = ['guide_rows', 'guide'];
    gateway = await startTestGateway({ ...databaseEnv(server.databaseUrl), DATABASE_URL_ROWS: login.href });
  });
  afterAll(async () => {
    await gateway?.close();
    await developer?.end();
    await server?.stop();
  });

  /** Asked again while the schema has not what was made right before. */
  const errorsOf = async (query: string) => (await gateway.graphqlText(query, { token })).errors;

  async function follow(query: string): Promise<unknown> {
    const client = liveClient(gateway.graphqlWsUrl, token);
    const live = liveResults(client, query);
    await expect.poll(() => live.results).toHaveLength(1);
    await client.dispose();
    return live.results[0]?.errors;
  }

  const runs = ({ language, code }: Block) =>
    language === 'sql' || (language === 'graphql' && !code.includes('rlsExplain'));
  const withCode = [...sections].flatMap(([name, blocks]) =>
    name !== 'Configuration' && blocks.some(runs) ? [name] : [],
  );

  it.each(withCode)('has code that runs: %s', async (name) => {
    for (const { language, code } of (sections.get(name) ?? []).filter(runs)) {
      if (language === 'sql') await developer.unsafe(code);
      else if (code.startsWith('subscription')) expect(await follow(code), code).toBeUndefined();
      else await expect.poll(() => errorsOf(code), { message: code }).toEqual([]);
    }
  });

  it('shows what rlsExplain says', async () => {
    const [query, said] = sections.get('Why is my result empty?') ?? [];
    const expected = JSON.parse(said?.code ?? '');
    const variables = { operation: '{ db { todos { id } } }' };
    const { data } = await gateway.graphqlText(query?.code ?? '', { token: serviceToken, variables });
    const [table] = data.rlsExplain.tables;
    expect(data.rlsExplain).toEqual({ ...expected, tables: [{ ...expected.tables[0], rows: table.rows }] });
  });

  it.each(['urql', 'apollo', 'relay'])('has the options of the test of %s', (name) => {
    const code = readFileSync(resolve(root, `test/support/caches/${name}.ts`), 'utf8');
    expect(sections.get('Caches')?.map((block) => block.code)).toContain(code);
  });
});
