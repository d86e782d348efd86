import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.ts';
import { keyProblems } from '../config/key-problems.ts';
import { chooseMode, type Mode } from '../config/mode.ts';
import { type Environment, type ReadFile, readEnvironment, readValues } from '../config/read-environment.ts';
import { type SharedConfig, sharedConfig } from '../config/shared-config.ts';
import { type SharedValues, sharedVariables } from '../config/shared-variables.ts';
import { listVariables, type ValuesOf, type Variable, type Variables } from '../config/variable.ts';
import { deepFreeze } from '../lib/deep-freeze.ts';
import { postgresService } from '../upstream/postgres/postgres-service.ts';
import { moduleServices, modules } from './modules.ts';
import { type ServiceEndpoint, serviceEndpoint } from './service-endpoint.ts';

/** The configuration of one process. */
export interface Config extends SharedConfig {
  /** How each service is reached, by its name; undefined where the deployment has none. */
  readonly endpoints: Readonly<Record<string, ServiceEndpoint | undefined>>;
  /** The values of each module's own variables, by the module's name. */
  readonly modules: Readonly<Record<string, ValuesOf<Variables>>>;
}

export interface LoadOptions {
  /** @default what the environment says */
  mode?: Mode;
  /** Reads the files that NAME_FILE variables name. */
  readFile?: ReadFile;
}

const shared = sharedVariables([postgresService.name, ...moduleServices.map(({ name }) => name)]);

/** Every environment variable there is, in the order of the reference page. */
export const allVariables: readonly Variable[] = [
  ...listVariables(shared),
  ...modules.flatMap(({ variables }) => listVariables(variables)),
];

const aliasesOf = (variable: string): readonly string[] =>
  allVariables.find(({ name }) => name === variable)?.aliases ?? [];

/** The variables that say that there is something to serve. */
const upstreamNames = [
  'DATABASE_URL',
  'SUPABASE_URL',
  ...moduleServices.map(({ variable }) => variable),
].flatMap((name) => [name, ...aliasesOf(name)]);

/** What an environment asks for that names no command. */
export function modeOf(env: Environment): Mode {
  return chooseMode(env, upstreamNames);
}

/** The configuration of one process, nested and frozen. Throws ConfigError with every problem at once. */
export function loadConfig(env: Environment, options: LoadOptions = {}): Config {
  const mode = options.mode ?? modeOf(env);
  const readFile = options.readFile ?? ((path) => readFileSync(path, 'utf8'));
  const reading = readEnvironment(env, allVariables, readFile);
  const { texts, problems } = reading;
  const values = readValues(shared, reading);
  const slices = modules.map(({ name, variables }) => [name, readValues(variables, reading)] as const);
  if (mode === 'serve') problems.push(...missingInServe(texts));
  for (const name of ['DATABASE_URL_READ', 'DATABASE_URL_ROWS']) {
    if (texts[name] !== undefined && texts['DATABASE_URL'] === undefined) {
      problems.push(`DATABASE_URL must be set when ${name} is set.`);
    }
  }
  if (values !== undefined) problems.push(...contradictions(values), ...keyProblems(values));
  if (values === undefined || problems.length > 0) throw new ConfigError(problems);
  const own = Object.fromEntries(slices.map(([name, slice]) => [name, slice ?? {}]));
  return deepFreeze({ ...withPublishedKeys(sharedConfig(values, mode), own), modules: own });
}

function missingInServe(texts: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  if (texts['PUBLIC_URL'] === undefined) {
    problems.push('PUBLIC_URL must be set: the http or https URL where clients reach this gateway.');
  }
  const publishers = moduleServices.filter(({ keysPath }) => keysPath !== undefined);
  const verifiers = [
    'JWT_SECRET',
    'JWKS',
    'JWKS_URL',
    'SUPABASE_URL',
    ...publishers.map((one) => one.variable),
  ];
  if (!verifiers.some((name) => texts[name] !== undefined)) {
    problems.push('JWT_SECRET, JWKS or JWKS_URL must be set: without one no token can be verified.');
  }
  return problems;
}

function contradictions(values: SharedValues): string[] {
  const problems: string[] = [];
  if (values.METRICS_PORT !== undefined && values.METRICS_PORT === values.PORT) {
    problems.push('METRICS_PORT must be another port than PORT.');
  }
  if (values.MAX_BODIES < values.MAX_BODY) problems.push('MAX_BODIES must be at least MAX_BODY.');
  return problems;
}

/**
 * Adds how the services are reached; one that publishes its keys is asked only where nothing else says how tokens are
 * signed.
 */
function withPublishedKeys(
  config: SharedConfig,
  own: Config['modules'],
): SharedConfig & Pick<Config, 'endpoints'> {
  const endpoints = Object.fromEntries(
    modules.flatMap(({ name, service }) =>
      service === undefined ? [] : [[service.name, serviceEndpoint(service, own[name], config.upstream)]],
    ),
  );
  const { jwtSecret, jwks, jwksUrl } = config.viewer;
  const [published] = moduleServices.flatMap(({ name, keysPath }) => {
    const url = endpoints[name]?.url;
    return url === undefined || keysPath === undefined ? [] : [url + keysPath];
  });
  const derived = jwtSecret === undefined && jwks === undefined ? published : undefined;
  return {
    ...config,
    viewer: { ...config.viewer, jwksUrl: jwksUrl ?? derived },
    endpoints,
  };
}
