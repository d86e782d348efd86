import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import type { AuthContext } from '../context.ts';
import { finishFlow } from '../flows.ts';
import { phoneDigits } from '../input.ts';
import { passwordFits } from '../password.ts';
import type { Route } from '../route.ts';
import { refreshSession, signInAs } from '../sessions.ts';
import { step } from '../step.ts';
import { findUserByEmail, findUserById, findUserByPhone, isBanned } from '../users.ts';

const passwordBody = z.object({
  email: z.string().nullish(),
  phone: z.string().nullish(),
  password: z.string().nullish(),
});
const refreshBody = z.object({ refresh_token: z.string().nullish() });
const pkceBody = z.object({ auth_code: z.string().nullish(), code_verifier: z.string().nullish() });

async function passwordGrant(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(passwordBody);
  if (body.email && body.phone) {
    throw invalid('Only an email address or phone number should be provided on login.');
  }
  if (!body.email && !body.phone) throw invalid('missing email or phone');
  const password = body.password ?? '';
  const user = await step(
    'Database error querying schema',
    body.email
      ? findUserByEmail(context.sql, body.email.toLowerCase())
      : findUserByPhone(context.sql, phoneDigits(body.phone ?? '')),
  );
  if (user !== undefined && isBanned(user)) throw new AuthError(400, 'user_banned', 'User is banned');
  const fits = await passwordFits(password, user?.encrypted_password);
  if (user === undefined || !fits) {
    throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
  }
  if (body.email && user.email_confirmed_at === null) {
    throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
  }
  if (body.phone && user.phone_confirmed_at === null) {
    throw new AuthError(400, 'phone_not_confirmed', 'Phone not confirmed');
  }
  const session = await context.sql.begin((tx) => signInAs(context, tx, request, user.id, 'password'));
  const { passwordMinLength } = context.settings;
  const weak =
    password.length < passwordMinLength
      ? { message: `Password should be at least ${passwordMinLength} characters.`, reasons: ['length'] }
      : null;
  return ok({ ...session, weak_password: weak });
}

async function pkceGrant(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(pkceBody);
  if (!body.auth_code || !body.code_verifier) {
    throw invalid('invalid request: both auth code and code verifier should be non-empty');
  }
  const { userId, method } = await finishFlow(context, body.auth_code, body.code_verifier);
  const user = await findUserById(context.sql, userId);
  if (user === undefined) throw new AuthError(404, 'flow_state_not_found', 'no user of this flow');
  if (isBanned(user)) throw new AuthError(400, 'user_banned', 'User is banned');
  return ok(await context.sql.begin((tx) => signInAs(context, tx, request, userId, method)));
}

/** POST /token in the grants password, refresh_token and pkce. */
export function tokenRoutes(context: AuthContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/token',
      async handle(request) {
        switch (request.query.get('grant_type')) {
          case 'password':
            return await passwordGrant(context, request);
          case 'refresh_token': {
            const { refresh_token: token } = await request.body(refreshBody);
            return ok(await refreshSession(context, request, token ?? ''));
          }
          case 'pkce':
            return await pkceGrant(context, request);
          case 'id_token':
            await request.body(z.object({}));
            throw new AuthError(400, 'provider_disabled', 'Provider is not enabled');
          case 'web3':
            throw new AuthError(422, 'web3_provider_disabled', 'Web3 provider is disabled');
          default:
            throw new AuthError(400, 'invalid_credentials', 'unsupported_grant_type');
        }
      },
    },
  ];
}
