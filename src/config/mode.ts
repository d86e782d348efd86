import type { Environment } from './read-environment.ts';

export type Mode = 'serve' | 'dev';

/** `serve` in production or when any upstream is given, by whatever name, else `dev`: the local stack. */
export function chooseMode(env: Environment, upstreamNames: readonly string[]): Mode {
  if (env['NODE_ENV']?.trim() === 'production') return 'serve';
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== '';
  return upstreamNames.some((name) => isSet(name) || isSet(`${name}_FILE`)) ? 'serve' : 'dev';
}
