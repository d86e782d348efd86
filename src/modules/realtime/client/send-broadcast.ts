import { AppError } from '../../../lib/app-error.ts';
import { notConfigured } from '../../../lib/not-configured.ts';
import type { HttpUpstream, UpstreamResponse } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import type { BroadcastMessage } from './checks/input.ts';

const details = { service: 'REALTIME' };

/**
 * Sends one message by HTTP. The single-event route says whether the caller was allowed to; servers before 2.96.3 lack
 * it, and their batch route answers 202 to a private message it then drops, so that is used for public ones alone.
 * Throws FORBIDDEN, RATE_LIMITED, PAYLOAD_TOO_LARGE, NOT_CONFIGURED and what the upstream call throws.
 */
export async function sendBroadcast(
  http: HttpUpstream,
  host: string | undefined,
  message: BroadcastMessage,
  call: Call,
): Promise<true> {
  const toTenant = host === undefined ? {} : { host };
  const single = await http.request({
    method: 'POST',
    path: `/api/broadcast/${encodeURIComponent(message.channel)}/events/${encodeURIComponent(message.event)}`,
    query: { private: String(message.private) },
    body: message.payload,
    call,
    ...toTenant,
  });
  if (single.status !== 404) return accepted(single);
  if (message.private) {
    throw notConfigured(
      'REALTIME',
      'This Realtime cannot confirm private messages: it needs 2.96.3 or later.',
    );
  }
  const { channel: topic, event, payload } = message;
  const batch = await http.request({
    method: 'POST',
    path: '/api/broadcast',
    body: { messages: [{ topic, event, payload, private: false }] },
    call,
    ...toTenant,
  });
  return accepted(batch);
}

function accepted(answer: UpstreamResponse): true {
  const { status } = answer;
  if (status >= 200 && status < 300) return true;
  if (status === 401) {
    throw new AppError('UNAUTHENTICATED', 'Realtime refused the token.', {
      details: { reason: 'token_rejected' },
    });
  }
  if (status === 403)
    throw new AppError('FORBIDDEN', 'The caller may not send to this channel.', { details });
  if (status === 413) throw new AppError('PAYLOAD_TOO_LARGE', 'The message is too large.', { details });
  if (status === 422) {
    const text = answer.text.toLowerCase();
    if (/too (large|big)|exceed|size/.test(text)) {
      throw new AppError('PAYLOAD_TOO_LARGE', 'The message is too large.', { details });
    }
    throw new AppError('BAD_USER_INPUT', 'Realtime refused the message.', { details });
  }
  if (status === 429) {
    throw new AppError('RATE_LIMITED', 'Realtime has reached its message limit.', {
      details: { ...details, retryAfter: 1 },
    });
  }
  throw new AppError('UPSTREAM_ERROR', 'Realtime answered with a failure.', {
    details: { ...details, status },
  });
}
