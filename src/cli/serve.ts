import type { Environment } from '../config/read-environment.ts';
import { loadConfig } from '../gateway/config.ts';
import { runGateway } from './run-gateway.ts';

/** The gateway in front of the services that the environment names, until the stop signal. */
export async function serve(env: Environment, stopSignal: Promise<void>): Promise<void> {
  await runGateway({ config: loadConfig(env, { mode: 'serve' }), stopSignal });
}
