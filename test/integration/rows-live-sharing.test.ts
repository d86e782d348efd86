import { expect, it } from 'vitest';
import { liveClient, liveResults } from '../support/live-results.ts';
import { startRowsGateway } from '../support/rows-gateway.ts';
import { type StatementWatch, watchStatements } from '../support/sent-statements.ts';
import { hmacToken, nowSeconds, userClaims } from '../support/tokens.ts';

const schema = `
  create table notes (id int primary key, body text not null);
  grant select on notes to authenticated;
  insert into notes values (1, 'first');
`;

it('one change is one statement for all viewers of one identity, whichever their sockets and tokens', async () => {
  let watch: StatementWatch | undefined;
  const gateway = await startRowsGateway(
    schema,
    {},
    {
      async reached(url) {
        const { port, username } = new URL(url);
        if (username !== 'bunbun_rows') return url;
        watch = await watchStatements(Number(port));
        return url.replace(`:${port}/`, `:${watch.port}/`);
      },
    },
  );
  const readings = () => watch?.take().statements.filter((text) => text.includes('"notes"')).length;
  const clients = Array.from({ length: 200 }, (_, index) => {
    const times = { iat: nowSeconds() - index, exp: nowSeconds() + 3_600 + index };
    return liveClient(gateway.graphqlWsUrl, hmacToken(userClaims({ ...times, jti: String(index) })));
  });
  const lives = clients.map((client) => liveResults(client, 'subscription { db { notes { body } } }'));
  const untilAllHave = async (body: string) => {
    for (const live of lives) await expect.poll(() => live.latest).toEqual({ db: { notes: [{ body }] } });
  };
  await untilAllHave('first');
  // When the first change is heard, nothing is left to do of the beginning.
  for (const [body, expected] of [['second'], ['third', 1], ['fourth', 1]] as const) {
    readings();
    await gateway.admin`update notes set body = ${body}`;
    await untilAllHave(body);
    if (expected !== undefined) expect(readings()).toBe(expected);
  }
  expect(new Set(lives.map(({ results }) => results.length))).toEqual(new Set([4]));
  await Promise.all(clients.map((client) => client.dispose()));
  await gateway.close();
  await watch?.[Symbol.asyncDispose]();
});
