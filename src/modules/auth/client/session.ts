import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { createSingleFlight } from '../../../lib/single-flight.ts';
import type { Call } from '../../../viewer/call.ts';
import { requireUserId } from './caller.ts';
import { withCode } from './errors.ts';
import type { AuthExchange, AuthRequest } from './exchange.ts';
import {
  anonymousInput,
  exchangeInput,
  passwordResetInput,
  readInput,
  refreshInput,
  resendInput,
  sendOtpInput,
  signInInput,
  signUpInput,
  verifyOtpInput,
} from './input.ts';
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

/** Everything that begins, prolongs or ends a session. Inputs are checked here; each method throws AppError. */
export interface SessionClient {
  signUp(input: unknown, call: Call): Promise<AuthResult>;
  signIn(input: unknown, call: Call): Promise<AuthResult>;
  signInAnonymously(input: unknown, call: Call): Promise<AuthResult>;
  /** One request per token at a time; it runs to its end even when the caller leaves. */
  refreshSession(refreshToken: string, call: Call): Promise<AuthResult>;
  signOut(scope: SignOutScope, call: Call): Promise<{ userId: string }>;
  sendOtp(input: unknown, call: Call): Promise<Message>;
  verifyOtp(input: unknown, call: Call): Promise<AuthResult>;
  resendConfirmation(input: unknown, call: Call): Promise<Message>;
  requestPasswordReset(input: unknown, call: Call): Promise<Message>;
  exchangeAuthCode(input: unknown, call: Call): Promise<AuthResult>;
}

const pending: AuthResult = { user: null, session: null, confirmationRequired: true, weakPassword: null };
/** Tokens, or a bare user: the address is to be confirmed. A known address is answered by a user that does not exist. */
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
    async signUp(input, call) {
      const { email, phone, password, data, redirectTo, captchaToken, codeChallenge } = readInput(
        signUpInput,
        input,
      );
      const body = { email, phone, password, data, ...pkce(codeChallenge), ...security(captchaToken) };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/signup', query, body }, signUpAnswer, call);
    },
    async signIn(input, call) {
      const { email, phone, password, captchaToken } = readInput(signInInput, input);
      const body = { email, phone, password, ...security(captchaToken) };
      return await exchange.ask(grant('password', body), grantSchema, call);
    },
    async signInAnonymously(input, call) {
      const { data, captchaToken } = readInput(anonymousInput, input);
      const body = { data: data ?? {}, ...security(captchaToken) };
      return await exchange.ask({ method: 'POST', path: '/signup', body }, grantSchema, call);
    },
    async refreshSession(given, call) {
      const { refreshToken } = readInput(refreshInput, { refreshToken: given });
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
    async sendOtp(input, call) {
      const { email, phone, createUser, data, redirectTo, captchaToken, codeChallenge } = readInput(
        sendOtpInput,
        input,
      );
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
    async verifyOtp(input, call) {
      const { email, phone, token, tokenHash, type, redirectTo, captchaToken } = readInput(
        verifyOtpInput,
        input,
      );
      // With a hash the service takes nothing but the type beside it.
      const body =
        tokenHash === undefined
          ? { type, email, phone, token, redirect_to: redirectTo, ...security(captchaToken) }
          : { type, token_hash: tokenHash, ...security(captchaToken) };
      return await exchange.ask({ method: 'POST', path: '/verify', body }, verifyAnswer, call);
    },
    async resendConfirmation(input, call) {
      const { type, email, phone, redirectTo, captchaToken, codeChallenge } = readInput(resendInput, input);
      const body = { type, email, phone, ...pkce(codeChallenge), ...security(captchaToken) };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/resend', query, body }, messageSchema, call);
    },
    async requestPasswordReset(input, call) {
      const { email, redirectTo, captchaToken, codeChallenge } = readInput(passwordResetInput, input);
      const body = { email, ...pkce(codeChallenge), ...security(captchaToken) };
      const query = { redirect_to: redirectTo };
      return await exchange.ask({ method: 'POST', path: '/recover', query, body }, messageSchema, call);
    },
    async exchangeAuthCode(input, call) {
      const { code, codeVerifier } = readInput(exchangeInput, input);
      const body = { auth_code: code, code_verifier: codeVerifier };
      return await exchange.ask(grant('pkce', body), grantSchema, call);
    },
  };
}
