import { LocalStackError, startLocalStack } from 'bunbun-local';
import { replaceVariables } from '../config/read-environment.ts';
import { allVariables, loadConfig } from '../gateway/config.ts';
import { checkPort } from '../http/listen.ts';
import { isLoopbackHost } from '../lib/private-host.ts';
import { createLogger } from '../observability/logger.ts';
import { runGateway } from './run-gateway.ts';

export interface DevelopmentOptions {
  readonly reset: boolean;
  readonly allowLan: boolean;
  readonly stopSignal: Promise<void>;
}

/** The gateway in front of an embedded local stack, until the stop signal. Nothing is left running, however it ends. */
export async function dev(
  env: Readonly<Record<string, string | undefined>>,
  options: DevelopmentOptions,
): Promise<void> {
  // Before anything starts: a malformed variable should not cost a boot of Postgres.
  const early = loadConfig(env, { mode: 'dev' });
  const lan = !isLoopbackHost(early.server.host);
  if (lan && !options.allowLan) {
    throw new Error(
      `HOST=${early.server.host} would open the local stack's gateway to the network: leave HOST unset, or add --allow-lan.`,
    );
  }
  const { host, port } = early.server;
  const { metricsPort } = early.observability;
  await checkPort({ host, port, variable: 'PORT' });
  if (metricsPort !== undefined) await checkPort({ host, port: metricsPort, variable: 'METRICS_PORT' });
  const log = createLogger({ level: early.observability.logLevel });
  const stopping = new AbortController();
  void options.stopSignal.then(() =>
    stopping.abort(new LocalStackError('The start was stopped before it was ready.')),
  );
  const stack = await startLocalStack({
    dataDir: early.local.dataDir,
    log: log.child({ part: 'local' }),
    nodeEnv: env['NODE_ENV'],
    pgBin: early.local.pgBin,
    signal: stopping.signal,
    reset: options.reset,
    userRoles: early.viewer.extraAuthenticatedRoles,
    serveMailbox: !lan,
    jwtAlgorithm: early.local.jwtAlgorithm,
    authSettings: { mailerAutoconfirm: early.local.autoconfirm, smsAutoconfirm: early.local.autoconfirm },
    // Links in mails lead through the gateway, as a deployment's do.
    publicUrl: port === 0 ? undefined : early.server.publicUrl,
  });
  try {
    const config = loadConfig(replaceVariables(env, stack.env, allVariables), { mode: 'dev' });
    await runGateway({
      config,
      stopSignal: options.stopSignal,
      onListening: async ({ port }) => {
        const origin = `http://localhost:${port}`;
        const graphqlUrl = `${origin}/graphql`;
        stack.gatewayListens(origin);
        const localFile = await stack.writeLocalFile({
          graphqlUrl,
          graphqlWsUrl: graphqlUrl.replace('http', 'ws'),
        });
        process.stdout.write(
          startTable([
            ['GraphQL', graphqlUrl],
            // The key sits in the fragment, which a browser sends to no server.
            ['GraphiQL', lan ? graphqlUrl : `${graphqlUrl}#key=${stack.keys.serviceRoleKey}`],
            ['Database', stack.postgres.databaseUrl],
            ['Mailbox', stack.mailboxUrl ?? 'off with --allow-lan; messages are in the log'],
            ['anon key', stack.keys.anonKey],
            ['service_role key', stack.keys.serviceRoleKey],
            ['Also in', localFile],
          ]),
        );
      },
    });
  } finally {
    await stack.stop();
  }
}

function startTable(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  return `\nBunBun is ready.\n\n${lines.join('\n')}\n\nStop it with Ctrl+C.\n`;
}
