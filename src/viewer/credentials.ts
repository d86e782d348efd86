/** What a caller sent, not verified yet. */
export interface Credentials {
  /** The whole Authorization value. */
  readonly authorization: string | undefined;
  readonly apikey: string | undefined;
  /** One of them came more than once, joined by commas, or is not text. */
  readonly ambiguous: boolean;
  /** An Origin came with it: the caller is a page in a browser. */
  readonly fromBrowser: boolean;
}

export const noCredentials: Credentials = {
  authorization: undefined,
  apikey: undefined,
  ambiguous: false,
  fromBrowser: false,
};

function collect(entries: Iterable<readonly [string, unknown]>, fromBrowser: boolean): Credentials {
  const found: { authorization?: string; apikey?: string } = {};
  let ambiguous = false;
  let origin = fromBrowser;
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    if (lower === 'origin') origin = true;
    if (lower !== 'authorization' && lower !== 'apikey') continue;
    // A client without a session often sends an empty text: that is no credential.
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string' || value.includes(',') || found[lower] !== undefined) ambiguous = true;
    else found[lower] = value.trim();
  }
  return { authorization: found.authorization, apikey: found.apikey, ambiguous, fromBrowser: origin };
}

function* pairsOf(rawHeaders: readonly string[]): Generator<readonly [string, string]> {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) yield [rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''];
}

/**
 * The credentials of a request. Give `rawHeaders` of node:http where there are any: its parsed headers silently keep
 * the first of two Authorization headers.
 */
export function credentialsFromHeaders(
  headers: readonly string[] | Iterable<readonly [string, string]>,
): Credentials {
  return collect(isRaw(headers) ? pairsOf(headers) : headers, false);
}

function isRaw(
  headers: readonly string[] | Iterable<readonly [string, string]>,
): headers is readonly string[] {
  return Array.isArray(headers) && typeof headers[0] !== 'object';
}

/** The credentials in the payload of a `connection_init` or `ping`: `authorization` and `apikey`, in any case. */
export function credentialsFromInitPayload(
  payload: unknown,
  options: { fromBrowser?: boolean } = {},
): Credentials {
  const fromBrowser = options.fromBrowser ?? false;
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { ...noCredentials, fromBrowser };
  }
  const entries = Object.entries(payload).filter(([name]) => name.toLowerCase() !== 'origin');
  return collect(entries, fromBrowser);
}

/** The first that holds any credential: what `connection_init` says beats the headers of the upgrade. */
export function preferCredentials(first: Credentials, second: Credentials): Credentials {
  return holdsAny(first) ? first : { ...second, fromBrowser: first.fromBrowser || second.fromBrowser };
}

export function holdsAny(credentials: Credentials): boolean {
  return credentials.authorization !== undefined || credentials.apikey !== undefined || credentials.ambiguous;
}

/** For signing in: who does that may well hold a token that has expired. */
export function withoutAuthorization(credentials: Credentials): Credentials {
  return { ...credentials, authorization: undefined };
}
