#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { chooseMode } from './config/choose-mode.ts';
import { loadConfig } from './config.ts';
import { printSchema } from './graphql/print-schema.ts';
import { createSchema } from './graphql/schema.ts';
import { runGateway, startFailure, waitForStopSignal } from './main.ts';
import { grantsSql } from './modules/database/reading-login.ts';

const usage = `Usage: bunbun [command]

  (none)            serve when an upstream is configured or NODE_ENV=production, else dev
  serve             the gateway in front of the services that the environment names
  dev               the gateway in front of an embedded local stack
    --reset         empty the data folder first
    --allow-lan     let dev listen on an address that is not loopback, without mailbox, key link and open metrics
  schema print      the GraphQL schema as SDL
  doctor --grants   SQL that makes the login for DATABASE_URL_READ

Configuration is by environment variables and a .env file; see docs/reference/config.md.
`;

type Environment = Record<string, string | undefined>;

/** The process's environment over the .env file of the working directory. */
function readEnvironment(): Environment {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...file, ...process.env };
}

async function serve(env: Environment): Promise<void> {
  await runGateway({ config: loadConfig(env, { mode: 'serve' }), stopSignal: waitForStopSignal() });
}

async function dev(env: Environment, flags: { reset: boolean; allowLan: boolean }): Promise<void> {
  const { runDevelopment } = await import('./cli/run-development.ts');
  await runDevelopment(env, { ...flags, stopSignal: waitForStopSignal() });
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      reset: { type: 'boolean', default: false },
      'allow-lan': { type: 'boolean', default: false },
      grants: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const env = readEnvironment();
  const command = positionals.join(' ') || chooseMode(env);
  switch (command) {
    case 'serve':
      await serve(env);
      return 0;
    case 'dev':
      await dev(env, { reset: values.reset, allowLan: values['allow-lan'] });
      return 0;
    case 'doctor':
      if (!values.grants) break;
      process.stdout.write(grantsSql());
      return 0;
    case 'schema print':
      process.stdout.write(printSchema(createSchema()));
      return 0;
  }
  process.stderr.write(usage);
  return 2;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bunbun: ${startFailure(error)}\n`);
  process.exitCode = 1;
}
