import { z } from 'zod';
import { AuthError } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import type { AuthContext } from '../context.ts';
import { readPathId } from '../input.ts';
import { factorJson } from '../user-json.ts';
import type { FactorRow } from '../users.ts';
import { requireTarget } from './admin-target.ts';

export async function listFactors(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const rows = await context.sql<FactorRow[]>`
    select * from auth.mfa_factors where user_id = ${user.id} order by created_at, id`;
  return ok(rows.map(factorJson));
}

export async function renameFactor(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const id = readPathId(request.params['factorId'], 'factor_id');
  const { friendly_name: name } = await request.body(z.object({ friendly_name: z.string().nullish() }));
  const [row] = await context.sql<FactorRow[]>`
    update auth.mfa_factors set friendly_name = coalesce(${name || null}, friendly_name), updated_at = now()
    where id = ${id} and user_id = ${user.id} returning *`;
  if (row === undefined) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  return ok(factorJson(row));
}

export async function removeFactor(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const id = readPathId(request.params['factorId'], 'factor_id');
  const [row] = await context.sql<FactorRow[]>`
    delete from auth.mfa_factors where id = ${id} and user_id = ${user.id} returning *`;
  if (row === undefined) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  return ok(factorJson(row));
}
