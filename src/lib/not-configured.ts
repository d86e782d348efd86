import { AppError } from './app-error.ts';

/** NOT_CONFIGURED: what the deployment lacks for a call to `service`, or `service` itself. */
export function notConfigured(
  service: string,
  message = `${service} is not part of this deployment.`,
): AppError {
  return new AppError('NOT_CONFIGURED', message, { details: { service } });
}
