import type { Environment } from '../config/read-environment.ts';
import { loadConfig } from '../gateway/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import { liveSql } from '../modules/rows/live-sql.ts';
import { grantsSql } from '../modules/sql/grants-sql.ts';
import { createLogger } from '../observability/logger.ts';

/** What an operator has to run, or, asked for nothing in particular, to mend. Throws ConfigError. */
export async function doctor(
  { grants, live }: { readonly grants: boolean; readonly live: boolean },
  env: Environment,
): Promise<string> {
  if (!grants && !live) return `${await diagnosis(env)}\n`;
  return [...(grants ? [grantsSql()] : []), ...(live ? [liveSql()] : [])].join('\n');
}

async function diagnosis(env: Environment): Promise<string> {
  const gateway = createGateway(loadConfig(env), { log: createLogger({ level: 'silent' }) });
  try {
    const found = await gateway.diagnose();
    return found.length === 0 ? 'Callers have all that is configured.' : found.join('\n');
  } finally {
    await gateway.close();
  }
}
