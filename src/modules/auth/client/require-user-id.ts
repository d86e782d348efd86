import { AppError } from '../../../lib/app-error.ts';
import type { Call } from '../../../viewer/call.ts';

/** The user id of the caller. Throws FORBIDDEN, reason `no_user`, for a service key, which belongs to nobody. */
export function requireUserId(call: Call): string {
  if (call.viewer.kind === 'user') return call.viewer.userId;
  throw new AppError('FORBIDDEN', 'There is no user behind this credential.', {
    details: { reason: 'no_user' },
  });
}
