import { AppError } from './app-error.ts';
import type { ServiceName } from './service-name.ts';

/** NOT_CONFIGURED: what the deployment lacks for a call to `service`, or `service` itself. */
export function notConfigured(
  service: ServiceName,
  message = `${service} is not part of this deployment.`,
): AppError {
  return new AppError('NOT_CONFIGURED', message, { details: { service } });
}
