import { AuthError } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { requireAdmin } from '../callers.ts';
import type { AuthContext } from '../context.ts';
import type { Handler, Route } from '../route.ts';
import { loadUserJson } from '../user-json.ts';
import { listFactors, removeFactor, renameFactor } from './admin-factors.ts';
import { requireTarget } from './admin-target.ts';
import { changeUser, createUser, listUsers, removeUser } from './admin-users.ts';

/** /admin/users: list, get, create, change, delete, and the factors of a user; and the lists that are empty here. */
export function adminRoutes(context: AuthContext): Route[] {
  const guarded =
    (handle: (context: AuthContext, request: AuthRequest) => Promise<AuthResponse>): Handler =>
    async (request) => {
      await requireAdmin(context, request);
      return await handle(context, request);
    };
  const user = '/admin/users/:id';
  return [
    { method: 'GET', path: '/admin/users', handle: guarded(listUsers) },
    { method: 'POST', path: '/admin/users', handle: guarded(createUser) },
    {
      method: 'GET',
      path: user,
      handle: guarded(async (_, request) => {
        const target = await requireTarget(context, request);
        return ok(await loadUserJson(context.sql, target.id));
      }),
    },
    { method: 'PUT', path: user, handle: guarded(changeUser) },
    { method: 'DELETE', path: user, handle: guarded(removeUser) },
    { method: 'GET', path: `${user}/factors`, handle: guarded(listFactors) },
    { method: 'PUT', path: `${user}/factors/:factorId`, handle: guarded(renameFactor) },
    { method: 'DELETE', path: `${user}/factors/:factorId`, handle: guarded(removeFactor) },
    {
      method: 'GET',
      path: `${user}/passkeys`,
      handle: guarded(async (_, request) => {
        await requireTarget(context, request);
        return ok([]);
      }),
    },
    {
      method: 'DELETE',
      path: `${user}/passkeys/:passkeyId`,
      handle: guarded(async (_, request) => {
        await requireTarget(context, request);
        throw new AuthError(404, 'validation_failed', 'Passkey not found');
      }),
    },
    {
      method: 'GET',
      path: '/admin/audit',
      handle: guarded(async () =>
        ok([], { 'x-total-count': '0', link: '</admin/audit?page=0>; rel="last"' }),
      ),
    },
    { method: 'GET', path: '/admin/sso/providers', handle: guarded(async () => ok({ items: [] })) },
    ...['GET', 'PUT', 'DELETE'].map((method) => ({
      method,
      path: '/admin/sso/providers/:id',
      handle: guarded(async () => {
        throw new AuthError(404, 'sso_provider_not_found', 'SSO Identity Provider not found');
      }),
    })),
  ];
}
