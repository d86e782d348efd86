import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { misspeltNames } from '../config/misspelt-names.ts';
import { chooseMode } from '../config/mode.ts';
import { createSchema } from '../gateway/schema.ts';
import { printSchema } from '../graphql/kit/print-schema.ts';
import { grantsSql } from '../modules/sql/reading-login.ts';
import { runGateway, waitForStopSignal } from './run-gateway.ts';

const usage = `Usage: bunbun [command]

  (none)            serve when an upstream is configured or NODE_ENV=production, else dev
  serve             the gateway in front of the services that the environment names
  dev               the gateway in front of an embedded local stack
    --reset         empty the data folder first
    --allow-lan     let dev listen on an address that is not loopback, without mailbox, key link and open metrics
    --end-with-parent
                    end when the process that started it is gone, as npm start wants it
  schema print      the GraphQL schema as SDL
  doctor --grants   SQL that makes the login for DATABASE_URL_READ

Configuration is by environment variables and a .env file; see docs/reference/config.md.
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment over the .env file of the working directory. */
function withEnvFile(env: Environment): Environment {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...file, ...env };
}

async function serve(env: Environment, stopSignal: Promise<void>): Promise<void> {
  await runGateway({ config: loadConfig(env, { mode: 'serve' }), stopSignal });
}

async function dev(
  env: Environment,
  options: { reset: boolean; allowLan: boolean; stopSignal: Promise<void> },
): Promise<void> {
  const { runDevelopment } = await import('./run-development.ts').catch(withoutLocalStack);
  await runDevelopment(env, options);
}

/** The image, for one, is built without it. */
function withoutLocalStack(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    throw new Error(
      '`dev` and `--end-with-parent` need the local stack, the package bunbun-local, which is not installed here: use `serve`.',
    );
  }
  throw error;
}

/** What ends a command, each a promise of its own: that they cannot all be had is told before anything starts. */
async function endings(endWithParent: boolean): Promise<readonly Promise<void>[]> {
  const signal = waitForStopSignal();
  if (!endWithParent) return [signal];
  const { starterIsGone } = await import('bunbun-local').catch(withoutLocalStack);
  return [signal, starterIsGone()];
}

/** `nothingElse`: dev was chosen because no variable says otherwise, which a misspelt one may have been meant to. */
function checkNames(env: Environment, nothingElse: boolean): void {
  const misspelt = misspeltNames(env);
  const problems = misspelt.map(
    ({ name, meant }) => `${name} is not a variable of ours: was ${meant} meant?`,
  );
  if (!nothingElse) {
    for (const problem of problems) process.stderr.write(`bunbun: ${problem}\n`);
    return;
  }
  if (problems.length > 0) {
    throw new ConfigError([
      ...problems,
      'Nothing else says whether to serve or to run the local stack: correct the name, or add the command `serve` or `dev`.',
    ]);
  }
  if ((env['PUBLIC_URL']?.trim() ?? '') !== '') {
    process.stdout.write(
      'PUBLIC_URL is set, but no service and no database: this is the local stack. Set SUPABASE_URL, or another of the\n' +
        'services in docs/reference/config.md, to serve them.\n',
    );
  }
}

async function run(args: readonly string[], processEnv: Environment): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      reset: { type: 'boolean', default: false },
      'allow-lan': { type: 'boolean', default: false },
      'end-with-parent': { type: 'boolean', default: false },
      grants: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const env = withEnvFile(processEnv);
  const endWithParent = values['end-with-parent'];
  const asked = positionals.join(' ');
  const command = asked || chooseMode(env);
  if (command === 'serve' || command === 'dev') checkNames(env, asked === '' && command === 'dev');
  switch (command) {
    case 'serve':
      await serve(env, Promise.race(await endings(endWithParent)));
      return 0;
    case 'dev':
      await dev(env, {
        reset: values.reset,
        allowLan: values['allow-lan'],
        stopSignal: Promise.race(await endings(endWithParent)),
      });
      return 0;
    case 'doctor':
      if (!values.grants) throw new Error('`doctor` needs to be told what to print: `doctor --grants`.');
      process.stdout.write(grantsSql());
      return 0;
    case 'schema print':
      process.stdout.write(printSchema(createSchema()));
      return 0;
  }
  process.stderr.write(`bunbun: There is no command \`${command}\`.\n\n${usage}`);
  return 2;
}

/** Runs one command to its end. What goes wrong is told on stderr, in a sentence; the result is the exit code. */
export async function runCommandLine(args: readonly string[], env: Environment): Promise<number> {
  try {
    return await run(args, env);
  } catch (error) {
    process.stderr.write(`bunbun: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
