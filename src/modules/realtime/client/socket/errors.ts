import { AppError } from '../../../../lib/app-error.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { notConfigured } from '../../../../lib/not-configured.ts';
import type { SocketLoss } from './socket.ts';

/**
 * What a refusal means for the channel: `token` wants another token, `fatal` will be refused again, `retry` may pass.
 */
type RefusalKind = 'token' | 'fatal' | 'retry';

export interface Refusal {
  readonly kind: RefusalKind;
  readonly error: AppError;
  /** The tenant joins too fast: all joins should wait. */
  readonly tooFast: boolean;
}

const service = 'REALTIME';

interface Rule {
  readonly prefix: RegExp;
  readonly kind: RefusalKind;
  readonly tooFast?: boolean;
  make(text: string): AppError;
}

/** Realtime gives no codes, only texts that begin with one. In the order in which they are tried. */
const rules: readonly Rule[] = [
  {
    prefix:
      /^(InvalidJWTToken|InvalidJWTExpiration|MalformedJWT|JwtSignatureError|JwtSignerError|Token has expired|The token provided is not)/,
    kind: 'token',
    make: (text) =>
      unauthenticated(
        /expired/i.test(text) ? 'token_expired' : 'token_rejected',
        'Realtime refused the token.',
      ),
  },
  {
    prefix: /^(Unauthorized|You do not have permission|You no longer have permission)/,
    kind: 'fatal',
    make: () =>
      new AppError('FORBIDDEN', 'The policies of this channel do not admit the caller.', {
        details: { service },
      }),
  },
  {
    prefix: /^PrivateOnly/,
    kind: 'fatal',
    make: () =>
      new AppError('FORBIDDEN', 'This project admits private channels only: pass private: true.', {
        details: { service },
      }),
  },
  { prefix: /^(ConnectionRateLimitReached|ChannelRateLimitReached)/, kind: 'retry', make: rateLimited },
  { prefix: /^(ClientJoinRateLimitReached|Too many)/, kind: 'retry', tooFast: true, make: rateLimited },
  {
    prefix: /^(TenantNotFound|RealtimeDisabledForTenant)/,
    kind: 'fatal',
    make: () => notConfigured('REALTIME', 'Realtime does not serve this project.'),
  },
  {
    prefix:
      /^(TopicNameRequired|UnableToReplayMessages|Unable to subscribe to changes|Subscribing to PostgreSQL failed|Invalid|invalid)/,
    kind: 'fatal',
    make: (text) =>
      new AppError(
        'BAD_USER_INPUT',
        'Realtime refused the table, columns or filter: they must exist, be in the publication supabase_realtime and be selectable.',
        { details: { service }, privileged: { upstream: text } },
      ),
  },
];

/** Reads the text of a refused join or of a system error. */
export function readRefusal(text: string): Refusal {
  for (const rule of rules) {
    if (rule.prefix.test(text))
      return { kind: rule.kind, error: rule.make(text), tooFast: rule.tooFast ?? false };
  }
  return {
    kind: 'retry',
    tooFast: false,
    error: new AppError('UPSTREAM_UNAVAILABLE', 'Realtime cannot serve this subscription now.', {
      details: { service },
      privileged: { upstream: text },
    }),
  };
}

/** The token of a subscription is over and no fresh one came. */
export function tokenExpired(): AppError {
  return unauthenticated('token_expired', 'The token has expired.');
}

/** Why a socket could not be had. */
export function readLoss(loss: SocketLoss): AppError {
  if (loss.reason === 'rate_limited') return rateLimited();
  if (loss.reason === 'unauthorized') {
    return new AppError('UPSTREAM_ERROR', "Realtime refused the gateway's own connection.", {
      details: { service },
    });
  }
  return new AppError('UPSTREAM_UNAVAILABLE', 'Realtime cannot be reached.', { details: { service } });
}

/** A caller has as many subscriptions under way as one may have at a time. */
export function tooManyJoins(limit: number): AppError {
  return new AppError('RATE_LIMITED', `${limit} subscriptions of yours wait to begin, which is the limit.`, {
    details: { service, limit, retryAfter: 5 },
  });
}

/** A caller has as many channels as one may have, so that others find some. */
export function tooManyChannels(limit: number): AppError {
  return new AppError('RATE_LIMITED', `${limit} Realtime channels of this kind are yours, the limit.`, {
    details: { service, limit, retryAfter: 5 },
  });
}

/** Realtime took the request and did not answer in its time. */
export function noAnswer(): AppError {
  return new AppError('TIMEOUT', 'Realtime did not answer in time.', { details: { service } });
}

/** Realtime has ended a channel before anything flowed. */
export function channelClosed(): AppError {
  return new AppError('UPSTREAM_UNAVAILABLE', 'Realtime has closed the channel.', { details: { service } });
}

function unauthenticated(reason: string, message: string): AppError {
  return new AppError('UNAUTHENTICATED', message, { details: { reason } });
}

function rateLimited(): AppError {
  return new AppError('RATE_LIMITED', 'Realtime has reached one of its limits.', {
    details: { service, retryAfter: 30 },
  });
}

/** What the `response` of a reply gives as its reason; empty where it gives none. */
export function reasonOf(response: unknown): string {
  if (typeof response === 'string') return response;
  if (isRecord(response) && typeof response['reason'] === 'string') return response['reason'];
  return '';
}

/** NOT_CONFIGURED, with the variable that the deployment lacks. */
export function missingVariable(variable: string): AppError {
  return notConfigured('REALTIME', `Realtime needs ${variable}.`);
}
