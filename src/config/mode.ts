import type { Environment } from './read-environment.ts';

export type Mode = 'serve' | 'dev';

const upstreamVariables = [
  'DATABASE_URL',
  'SUPABASE_URL',
  'API_GATEWAY_URL',
  'KONG_URL',
  'AUTH_URL',
  'STORAGE_URL',
  'META_URL',
  'POSTGREST_URL',
  'REALTIME_URL',
  'FUNCTIONS_URL',
];

/** `serve` in production or when any upstream is given, else `dev`: the local stack. */
export function chooseMode(env: Environment): Mode {
  if (env['NODE_ENV']?.trim() === 'production') return 'serve';
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== '';
  return upstreamVariables.some((name) => isSet(name) || isSet(`${name}_FILE`)) ? 'serve' : 'dev';
}
