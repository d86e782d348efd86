import { watchStatements } from '../../test/support/sent-statements.ts';
import { startGateway } from './child-server.ts';
import { sendMany } from './send-many.ts';

/** A statement as it was sent. */
export interface SentStatement {
  readonly text: string;
  readonly params: readonly (string | null)[];
}

/** What the gateway has Postgres execute for a query of rows. */
export interface SentExchange {
  /** What makes the transaction the caller's. */
  readonly settings: SentStatement;
  readonly statement: SentStatement;
}

/** Asks a gateway of its own each of the bodies, and gives what it sent for it. `env`: as of a stack of benches. */
export async function statementsOfGateway(
  env: Readonly<Record<string, string>>,
  token: string,
  bodies: readonly string[],
): Promise<readonly SentExchange[]> {
  const rowsUrl = new URL(env['DATABASE_URL_ROWS'] ?? '');
  await using watch = await watchStatements(Number(rowsUrl.port));
  rowsUrl.port = String(watch.port);
  const gateway = await startGateway({ ...env, DATABASE_URL_ROWS: rowsUrl.href, ROWS_POOL_SIZE: '1' });
  const ask = (body: string) =>
    sendMany({ url: `${gateway.url}/graphql`, body: () => body, requests: 1, connections: 1, token });
  try {
    const exchanges: SentExchange[] = [];
    for (const body of bodies) {
      // The first one opens the connection.
      if (exchanges.length === 0) await ask(body);
      watch.take();
      await ask(body);
      const { statements, params } = watch.take();
      const [settings, statement, ...more] = statements.map((text, index) => ({
        text,
        params: params[index] ?? [],
      }));
      if (settings === undefined || statement === undefined || more.length > 0) {
        throw new Error(`not two statements: ${statements.join('; ')}`);
      }
      exchanges.push({ settings, statement });
    }
    return exchanges;
  } finally {
    await gateway.stop();
  }
}
