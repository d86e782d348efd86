import { z } from 'zod';
import { AuthError, invalid } from './auth-error.ts';
import type { JsonObject } from './database.ts';

const json: z.ZodType<JsonObject[string]> = z.json();
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

export const pkceFields = {
  code_challenge: z.string().nullish(),
  code_challenge_method: z.string().nullish(),
};

export interface Pkce {
  readonly challenge: string;
  readonly method: 's256' | 'plain';
}

/** Reads the PKCE pair: both or neither. */
export function readPkce(body: {
  code_challenge?: string | null | undefined;
  code_challenge_method?: string | null | undefined;
}): Pkce | undefined {
  const challenge = body.code_challenge ?? '';
  const method = (body.code_challenge_method ?? '').toLowerCase();
  if (challenge === '' && method === '') return undefined;
  if (challenge === '' || method === '') {
    throw invalid('PKCE flow requires code_challenge_method and code_challenge');
  }
  if (method !== 's256' && method !== 'plain') throw invalid('Invalid code challenge method');
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(challenge)) {
    throw invalid('code challenge has to be between 43 and 128 unreserved characters');
  }
  return { challenge, method };
}

const emailFormat = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;

/** A lower-cased e-mail address, or 400 validation_failed. */
export function readEmail(value: string): string {
  if (value === '') throw invalid('An email address is required');
  if (value.length > 255 || !emailFormat.test(value)) {
    throw invalid('Unable to validate email address: invalid format');
  }
  return value.toLowerCase();
}

/** The digits of a phone number as they are stored, of whatever form it is. */
export function phoneDigits(value: string): string {
  return value.replace(/^\+/, '').replaceAll(' ', '');
}

/** Digits of an E.164 number without the plus, or 400 validation_failed. */
export function readPhone(value: string): string {
  const phone = phoneDigits(value);
  if (!/^[1-9]\d{1,14}$/.test(phone)) throw invalid('Invalid phone number format (E.164 required)');
  return phone;
}

/** Text messages are all that the mailbox takes: WhatsApp needs a provider that has it. */
export function checkChannel(channel: string | null | undefined): void {
  if (!channel || channel === 'sms') return;
  throw invalid(
    "Invalid channel, supported values are 'sms' or 'whatsapp'. 'whatsapp' is only supported if Twilio or Twilio Verify is used as the provider.",
  );
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID out of the path, or 404 validation_failed. */
export function readPathId(value: string | undefined, name: string): string {
  if (value === undefined || !uuid.test(value)) {
    throw new AuthError(404, 'validation_failed', `${name} must be an UUID`);
  }
  return value.toLowerCase();
}

/** True for a UUID in any case. */
export function isUuid(value: string): boolean {
  return uuid.test(value);
}

const units: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of a duration as Go writes it ("24h", "1h30m"); null for "none". 400 validation_failed otherwise. */
export function readBanDuration(value: string): number | null {
  if (value === 'none') return null;
  let seconds = 0;
  let rest = value;
  while (rest !== '') {
    const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/.exec(rest);
    if (match === null) break;
    seconds += Number(match[1]) * (units[match[2] ?? ''] ?? 0);
    rest = rest.slice(match[0].length);
  }
  if (value === '' || rest !== '') throw invalid('invalid format for ban duration');
  return seconds;
}
