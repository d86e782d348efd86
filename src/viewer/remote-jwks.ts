import { request } from 'undici';
import { AppError } from '../lib/app-error.ts';
import type { Logger } from '../observability/logger.ts';
import { importKeys, jwksSchema, type VerificationKey } from './verification-key.ts';

export interface RemoteJwks {
  /**
   * The keys as last fetched, or fetched now when there are none or they are old; `mustHave` fetches again when no key
   * has that `kid`, at most once per cool-down. Throws UPSTREAM_UNAVAILABLE when there is nothing fresh enough.
   */
  keys(mustHave: string | undefined): Promise<readonly VerificationKey[]>;
}

export interface RemoteJwksOptions {
  url: string;
  log: Logger;
  /** Called when the keys differ from those before. */
  onChange: () => void;
  /** Milliseconds from any fixed origin. @default performance.now */
  now?: () => number;
}

const timeLimitMs = 2_000;
const maxBytes = 64 * 1024;
/** From here on a fetch is due, but the keys still count while it fails. */
const freshMs = 10 * 60_000;
const staleMs = 60 * 60_000;
/** Between two fetches for an unknown `kid`, which any stranger can name. */
const coolDownMs = 30_000;
/** Between two fetches while there are no keys at all: Auth may be starting. */
const emptyCoolDownMs = 1_000;

/** A key set behind a URL: cached, one fetch at a time, bounded stale use. Redirects are refused. */
export function createRemoteJwks(options: RemoteJwksOptions): RemoteJwks {
  const { url, log, onChange, now = () => performance.now() } = options;
  let current: { keys: readonly VerificationKey[]; fingerprint: string; fetchedAt: number } | undefined;
  let lastTryAt = Number.NEGATIVE_INFINITY;
  let flight: Promise<void> | undefined;

  async function fetchKeys(): Promise<void> {
    lastTryAt = now();
    const bytes = await download(url);
    const set = jwksSchema.parse(JSON.parse(bytes));
    const keys = await importKeys(set.keys, { allowSecrets: false });
    const fingerprint = JSON.stringify(set.keys.map((key) => JSON.stringify(key)).toSorted());
    const changed = current !== undefined && current.fingerprint !== fingerprint;
    current = { keys, fingerprint, fetchedAt: now() };
    if (changed) onChange();
  }

  /** Never rejects: whoever waits looks at what there is afterwards. */
  function refresh(): Promise<void> {
    flight ??= fetchKeys()
      .catch((error: unknown) => log.warn({ err: error }, 'the key set could not be fetched'))
      .finally(() => {
        flight = undefined;
      });
    return flight;
  }

  return {
    async keys(mustHave) {
      const age = current === undefined ? Number.POSITIVE_INFINITY : now() - current.fetchedAt;
      const sinceTry = now() - lastTryAt;
      if (flight !== undefined && age > freshMs) await flight;
      else if (age > staleMs && sinceTry >= emptyCoolDownMs) await refresh();
      else if (age > freshMs && sinceTry >= coolDownMs) void refresh();
      const missing =
        mustHave !== undefined && current !== undefined && !current.keys.some((key) => key.kid === mustHave);
      if (missing && (flight !== undefined || now() - lastTryAt >= coolDownMs)) await refresh();
      if (current === undefined || now() - current.fetchedAt > staleMs) {
        throw new AppError('UPSTREAM_UNAVAILABLE', 'The keys that verify tokens cannot be fetched.', {
          details: { service: 'AUTH' },
        });
      }
      return current.keys;
    },
  };
}

async function download(url: string): Promise<string> {
  const signal = AbortSignal.timeout(timeLimitMs);
  const { statusCode, body } = await request(url, { signal, headers: { accept: 'application/json' } });
  if (statusCode !== 200) {
    // Destroying an unread body is an error event to undici, and one without a listener ends the process.
    body.on('error', () => undefined).destroy();
    throw new Error(`The key set was answered with status ${statusCode}.`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // Leaving the loop destroys the body.
    if (size > maxBytes) throw new Error('The key set is larger than 64 KB.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
