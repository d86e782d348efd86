import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { createSingleFlight } from '../../../lib/single-flight.ts';
import type { Call } from '../../../viewer/call.ts';
import { withCode } from './errors.ts';
import type { AuthExchange, AuthRequest } from './exchange.ts';
import type {
  AnonymousInput,
  ExchangeInput,
  PasswordResetInput,
  ResendInput,
  SendOtpInput,
  SignInInput,
  SignUpInput,
  VerifyOtpInput,
} from './input.ts';
import { requireUserId } from './require-user-id.ts';
import {
  type AuthResult,
  grantSchema,
  halfConfirmedSchema,
  messageSchema,
  unconfirmedSchema,
} from './types.ts';

type SignOutScope = 'global' | 'local' | 'others';

export interface Message {
  readonly sent: boolean;
  readonly messageId: string | null;
}

/** Everything that begins, prolongs or ends a session. Each method throws AppError. */
export interface SessionClient {
  signUp(input: SignUpInput, call: Call): Promise<AuthResult>;
  signIn(input: SignInInput, call: Call): Promise<AuthResult>;
  signInAnonymously(input: AnonymousInput, call: Call): Promise<AuthResult>;
  /** One request per token at a time; it runs to its end even when the caller leaves. */
  refreshSession(refreshToken: string, call: Call): Promise<AuthResult>;
  signOut(scope: SignOutScope, call: Call): Promise<{ userId: string }>;
  sendOtp(input: SendOtpInput, call: Call): Promise<Message>;
  verifyOtp(input: VerifyOtpInput, call: Call): Promise<AuthResult>;
  resendConfirmation(input: ResendInput, call: Call): Promise<Message>;
  requestPasswordReset(input: PasswordResetInput, call: Call): Promise<Message>;
  exchangeAuthCode(input: ExchangeInput, call: Call): Promise<AuthResult>;
}

const pending: AuthResult = { user: null, session: null, confirmationRequired: true, weakPassword: null };
/**
 * Tokens, or a bare user: the address is to be confirmed. A known address is answered by a user that does not exist.
 */
const signUpAnswer = z.union([grantSchema, unconfirmedSchema.transform(() => pending)]);
const verifyAnswer = z.union([grantSchema, halfConfirmedSchema.transform(() => pending)]);

const security = (captchaToken: string | undefined) =>
  captchaToken === undefined ? {} : { gotrue_meta_security: { captcha_token: captchaToken } };

const pkce = (challenge: string | undefined) =>
  challenge === undefined ? {} : { code_challenge: challenge, code_challenge_method: 's256' };

function grant(type: string, body: object): AuthRequest {
  return { method: 'POST', path: '/token', query: { grant_type: type }, body };
}

/** On a refresh this code means the token itself, the only thing that was sent. */
function forRefresh(error: unknown): unknown {
  if (error instanceof AppError && error.details['reason'] === 'validation_failed') {
    return withCode(error, 'UNAUTHENTICATED', 'The refresh token is not valid.');
  }
  return error;
}

export function createSessionClient(exchange: AuthExchange): SessionClient {
  const refreshes = createSingleFlight<AuthResult>();
  return {
    async signUp({ email, phone, password, data, redirectTo, captchaToken, codeChallenge }, call) {
      const body = { email, phone, password, data, ...pkce(codeChallenge), ...security(captchaToken) };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/signup', query, body }, signUpAnswer, call);
    },
    async signIn({ email, phone, password, captchaToken }, call) {
      const body = { email, phone, password, ...security(captchaToken) };
      return await exchange.ask(grant('password', body), grantSchema, call);
    },
    async signInAnonymously({ data, captchaToken }, call) {
      const body = { data: data ?? {}, ...security(captchaToken) };
      return await exchange.ask({ method: 'POST', path: '/signup', body }, grantSchema, call);
    },
    async refreshSession(refreshToken, call) {
      try {
        return await refreshes.run(refreshToken, () =>
          exchange.ask(
            // A repeat with the same token answers the same successor, so a lost answer may be asked for again.
            { ...grant('refresh_token', { refresh_token: refreshToken }), idempotent: true },
            grantSchema,
            { ...call, signal: new AbortController().signal },
          ),
        );
      } catch (error) {
        throw forRefresh(error);
      }
    },
    async signOut(scope, call) {
      const userId = requireUserId(call);
      await exchange.tell({ method: 'POST', path: '/logout', query: { scope } }, call);
      return { userId };
    },
    async sendOtp({ email, phone, createUser, data, redirectTo, captchaToken, codeChallenge }, call) {
      const body = {
        email,
        phone,
        create_user: createUser,
        data,
        ...pkce(codeChallenge),
        ...security(captchaToken),
      };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/otp', query, body }, messageSchema, call);
    },
    async verifyOtp({ email, phone, token, tokenHash, type, redirectTo, captchaToken }, call) {
      // With a hash the service takes nothing but the type beside it.
      const body =
        tokenHash === undefined
          ? { type, email, phone, token, redirect_to: redirectTo, ...security(captchaToken) }
          : { type, token_hash: tokenHash, ...security(captchaToken) };
      return await exchange.ask({ method: 'POST', path: '/verify', body }, verifyAnswer, call);
    },
    async resendConfirmation({ type, email, phone, redirectTo, captchaToken, codeChallenge }, call) {
      const body = { type, email, phone, ...pkce(codeChallenge), ...security(captchaToken) };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/resend', query, body }, messageSchema, call);
    },
    async requestPasswordReset({ email, redirectTo, captchaToken, codeChallenge }, call) {
      const body = { email, ...pkce(codeChallenge), ...security(captchaToken) };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/recover', query, body }, messageSchema, call);
    },
    async exchangeAuthCode({ code, codeVerifier }, call) {
      const body = { auth_code: code, code_verifier: codeVerifier };
      return await exchange.ask(grant('pkce', body), grantSchema, call);
    },
  };
}
