import { afterAll, beforeAll, expect, it } from 'vitest';
import { postOperation } from '../support/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const token = hmacToken(keyClaims('anon'));
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    JWT_SECRET: testSecret,
    NODE_OPTIONS: '--max-old-space-size=192',
  });
});
afterAll(() => gateway?.kill());

const codeOf = async (text: string) =>
  (await postOperation(`${gateway.url}/graphql`, text, { token })).errors[0]?.extensions.code;
const values = (count: number) => Array.from({ length: count }, (_, at) => `"${at}"`).join(' ');

it('outlives more documents than its memory holds, good ones and refused ones', async () => {
  for (let at = 0; at < 300; at += 1) {
    const good = `query Q${at} { sql(statement: "select 1", params: [${values(3_900)}]) { rowCount } }`;
    expect(await codeOf(good)).toBe('FORBIDDEN');
    const tooWide = `query Q${at} { ${'__typename '.repeat(3_900)} }`;
    expect(await codeOf(tooWide)).toBe('OPERATION_TOO_COMPLEX');
  }
});
