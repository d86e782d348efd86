import { AuthError } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import type { AuthContext } from '../context.ts';
import { readPathId } from '../input.ts';
import { step } from '../step.ts';
import { findUserById, type UserRow } from '../users.ts';

/** The user of the path. */
export async function requireTarget(context: AuthContext, request: AuthRequest): Promise<UserRow> {
  const id = readPathId(request.params['id'], 'user_id');
  const user = await step('Database error loading user', findUserById(context.sql, id));
  if (user === undefined) throw new AuthError(404, 'user_not_found', 'User not found');
  return user;
}
