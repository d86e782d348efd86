import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import type { Environment } from '../config/read-environment.ts';
import { modeOf } from '../gateway/config.ts';
import { createSchema } from '../gateway/schema.ts';
import { printSchema } from '../graphql/kit/print-schema.ts';
import { checkNames } from './check-names.ts';
import { doctor } from './doctor.ts';
import { endings } from './endings.ts';
import { type SchemaOfRole, schemaOfRole } from './schema-of-role.ts';
import { serve } from './serve.ts';
import { withoutLocalStack } from './without-local-stack.ts';

const usage = `Usage: bunbun [command]

  (none)            serve when an upstream is configured or NODE_ENV=production, else dev
  serve             the gateway in front of the services that the environment names
  dev               the gateway in front of an embedded local stack
    --reset         empty the data folder first
    --allow-lan     let dev listen on an address that is not loopback, without mailbox, key link and open metrics
    --end-with-parent
                    end when the process that started it is gone, as npm start wants it
  schema print      the GraphQL schema as SDL, without tables
    --role <role> --url <url> --key <key>
                    with the tables that a role may use, as the gateway at a URL says to a service_role key
  doctor            what keeps callers from their tables, such as a login that may not take their roles
  doctor --grants   SQL that makes the login for DATABASE_URL_READ
  doctor --live     SQL that has tables tell of their changes, for subscriptions of db

Configuration is by environment variables and a .env file; see docs/reference/config.md.
`;

/** The process's environment over the .env file of the working directory. */
function withEnvFile(env: Environment): Environment {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...file, ...env };
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
      live: { type: 'boolean', default: false },
      role: { type: 'string' },
      url: { type: 'string' },
      key: { type: 'string' },
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
  const command = asked || modeOf(env);
  if (command === 'serve' || command === 'dev') checkNames(env, asked === '' && command === 'dev');
  switch (command) {
    case 'serve':
      await serve(env, Promise.race(await endings(endWithParent)));
      return 0;
    case 'dev': {
      const { dev } = await import('./dev.ts').catch(withoutLocalStack);
      const { reset, 'allow-lan': allowLan } = values;
      await dev(env, { reset, allowLan, stopSignal: Promise.race(await endings(endWithParent)) });
      return 0;
    }
    case 'doctor':
      process.stdout.write(await doctor(values, env));
      return 0;
    case 'schema print':
      process.stdout.write(await schemaText(values));
      return 0;
  }
  process.stderr.write(`bunbun: There is no command \`${command}\`.\n\n${usage}`);
  return 2;
}

async function schemaText(options: Partial<SchemaOfRole>): Promise<string> {
  const { role, url, key } = options;
  if (role === undefined && url === undefined && key === undefined) return printSchema(createSchema());
  if (role !== undefined && url !== undefined && key !== undefined)
    return await schemaOfRole({ role, url, key });
  throw new Error('`schema print` takes --role, --url and --key together, or none of them.');
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
