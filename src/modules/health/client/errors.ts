import { AppError } from '../../../lib/app-error.ts';

/** Why a probe got no answer, in words that name no host. */
export function probeFailure(error: unknown): string {
  return error instanceof AppError ? error.message : 'The probe got no answer.';
}
