import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestAuthServer } from '../../support/auth-server.ts';
import { startFakeRealtime } from '../../support/fake-realtime.ts';
import { startTestFunctions } from '../../support/functions-server.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { gql } from '../../support/gql.ts';

test('the official client works inside a function', async () => {
  await using auth = await startTestAuthServer();
  const { jwtSecret, anonKey } = auth.keys;
  await using gateway = await startTestGateway({
    AUTH_URL: auth.url,
    JWT_SECRET: jwtSecret,
    SUPABASE_ANON_KEY: anonKey,
  });
  await using functions = await startTestFunctions({
    SUPABASE_URL: gateway.url,
    SUPABASE_ANON_KEY: anonKey,
  });
  await functions.write({
    'who/index.ts': await readFile(join(import.meta.dirname, 'input', 'who.ts'), 'utf8'),
  });
  const { data } = await gateway.graphql(
    gql(
      `mutation { signUp(input: { email: "ann@example.com", password: "correct horse battery" }) { session { accessToken } } }`,
    ),
  );
  const answer = await functions.call('/who', {
    headers: { authorization: `Bearer ${data.signUp.session.accessToken}` },
  });
  expect(await answer.json()).toEqual({ email: 'ann@example.com' });
});

test('its Realtime connects from there', async () => {
  const realtime = await startFakeRealtime();
  await using functions = await startTestFunctions({
    SUPABASE_URL: realtime.url.replace('ws', 'http'),
    SUPABASE_ANON_KEY: 'key',
  });
  await functions.write({
    'listen/index.ts': `
      import { createClient } from 'npm:@supabase/supabase-js@2';
      Deno.serve(async () => {
        const client = createClient(Deno.env.get('SUPABASE_URL'), Deno.env.get('SUPABASE_ANON_KEY'));
        const status = await new Promise((resolve) => client.channel('room').subscribe(resolve));
        await client.removeAllChannels();
        return Response.json({ status });
      });`,
  });
  expect(await (await functions.call('/listen')).json()).toEqual({ status: 'SUBSCRIBED' });
  await realtime.close();
});
