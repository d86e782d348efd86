import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';
import type { Call } from '../../../viewer/call.ts';
import { withCode } from './errors.ts';
import type { AuthExchange } from './exchange.ts';
import type { EnrollInput, OauthUrlInput, UpdateMeInput, VerifyFactorInput } from './input.ts';
import { requireUserId } from './require-user-id.ts';
import type { Message } from './session.ts';
import {
  type AuthChallenge,
  type AuthEnrollment,
  type AuthResult,
  type AuthSettings,
  type AuthUser,
  challengeSchema,
  enrollmentSchema,
  grantSchema,
  messageSchema,
  settingsSchema,
  unenrolledSchema,
  userSchema,
} from './types.ts';

/** What a signed-in user does with their own account, and what anybody may know of the service. */
export interface AccountClient {
  settings(call: Call): Promise<AuthSettings>;
  /** Where a browser goes to sign in with a provider: on this gateway, which passes it on. */
  oauthUrl(input: OauthUrlInput, call: Call): Promise<string>;
  me(call: Call): Promise<AuthUser>;
  updateMe(input: UpdateMeInput, call: Call): Promise<AuthUser>;
  /** Sends the nonce that `updateMe` takes. */
  reauthenticate(call: Call): Promise<Message>;
  enrollFactor(input: EnrollInput, call: Call): Promise<AuthEnrollment>;
  challengeFactor(factorId: string, call: Call): Promise<AuthChallenge>;
  verifyFactor(input: VerifyFactorInput, call: Call): Promise<AuthResult>;
  unenrollFactor(factorId: string, call: Call): Promise<{ factorId: string }>;
}

/** On factors this code means an anonymous user, who has presented a good token. */
function forFactors(error: unknown): unknown {
  if (error instanceof AppError && error.details['reason'] === 'no_authorization') {
    return withCode(error, 'FORBIDDEN', 'An anonymous user cannot have factors.');
  }
  return error;
}

function notAProvider(): AppError {
  return badInput(['provider'], 'provider: is not switched on.', {
    issue: 'is not switched on',
    details: { reason: 'provider_disabled' },
  });
}

export function createAccountClient(exchange: AuthExchange, publicUrl: string): AccountClient {
  const settings = (call: Call) => exchange.ask({ method: 'GET', path: '/settings' }, settingsSchema, call);
  const factorPath = (factorId: string) => `/factors/${encodeSegment(factorId)}`;
  return {
    settings,
    async oauthUrl({ provider, redirectTo, scopes, codeChallenge }, call) {
      const { providers } = await settings(call);
      const name = provider.toLowerCase();
      // `email`, `phone` and `anonymous_users` are in the same list but are no providers to go to; X and custom
      // providers work without being listed.
      const unlisted = name === 'x' || name.startsWith('custom:');
      const local = name === 'email' || name === 'phone' || name === 'anonymous_users';
      if (local || (providers[name] !== true && !unlisted)) throw notAProvider();
      const query = new URLSearchParams({ provider: name });
      if (redirectTo !== undefined) query.set('redirect_to', redirectTo);
      if (scopes !== undefined) query.set('scopes', scopes.join(' '));
      if (codeChallenge !== undefined) {
        query.set('code_challenge', codeChallenge);
        query.set('code_challenge_method', 's256');
      }
      return `${publicUrl}/auth/v1/authorize?${query}`;
    },
    async me(call) {
      requireUserId(call);
      return await exchange.ask({ method: 'GET', path: '/user' }, userSchema, call);
    },
    async updateMe({ email, phone, password, currentPassword, nonce, data, redirectTo }, call) {
      requireUserId(call);
      const body = { email, phone, password, current_password: currentPassword, nonce, data };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'PUT', path: '/user', query, body }, userSchema, call);
    },
    async reauthenticate(call) {
      requireUserId(call);
      // A GET that sends a message: a repeat is not harmless.
      const request = { method: 'GET', path: '/reauthenticate', idempotent: false } as const;
      return await exchange.ask(request, messageSchema, call);
    },
    async enrollFactor({ type, friendlyName, issuer, phone }, call) {
      requireUserId(call);
      const body = { factor_type: type, friendly_name: friendlyName, issuer, phone };
      try {
        return await exchange.ask({ method: 'POST', path: '/factors', body }, enrollmentSchema, call);
      } catch (error) {
        throw forFactors(error);
      }
    },
    async challengeFactor(factorId, call) {
      requireUserId(call);
      const path = `${factorPath(factorId)}/challenge`;
      try {
        return await exchange.ask({ method: 'POST', path, body: {} }, challengeSchema, call);
      } catch (error) {
        throw forFactors(error);
      }
    },
    async verifyFactor({ factorId, challengeId, code }, call) {
      requireUserId(call);
      const path = `${factorPath(factorId)}/verify`;
      const body = { challenge_id: challengeId, code };
      try {
        return await exchange.ask({ method: 'POST', path, body }, grantSchema, call);
      } catch (error) {
        throw forFactors(error);
      }
    },
    async unenrollFactor(factorId, call) {
      requireUserId(call);
      try {
        const { id } = await exchange.ask(
          { method: 'DELETE', path: factorPath(factorId) },
          unenrolledSchema,
          call,
        );
        return { factorId: id };
      } catch (error) {
        throw forFactors(error);
      }
    },
  };
}
