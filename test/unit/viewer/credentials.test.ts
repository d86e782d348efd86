import { describe, expect, it } from 'vitest';
import {
  credentialsFromHeaders,
  credentialsFromInitPayload,
  noCredentials,
  preferCredentials,
  withoutAuthorization,
} from '../../../src/viewer/credentials.ts';

describe('credentialsFromHeaders', () => {
  it('reads them in any case, from raw or parsed headers', () => {
    const expected = { authorization: 'Bearer a.b.c', apikey: 'k', ambiguous: false, fromBrowser: false };
    expect(credentialsFromHeaders(['AUTHORIZATION', 'Bearer a.b.c', 'ApiKey', 'k'])).toEqual(expected);
    expect(credentialsFromHeaders(new Headers({ Authorization: 'Bearer a.b.c', apikey: 'k' }))).toEqual(
      expected,
    );
    expect(credentialsFromHeaders([])).toEqual(noCredentials);
  });

  it('notices two, one after the other or joined by a comma', () => {
    const headers = new Headers({ authorization: 'Bearer a' });
    headers.append('authorization', 'Bearer b');
    expect(credentialsFromHeaders(headers).ambiguous).toBe(true);
    expect(credentialsFromHeaders(['apikey', 'a', 'Apikey', 'b']).ambiguous).toBe(true);
    expect(credentialsFromHeaders(['authorization', 'Bearer a', 'authorization', 'Bearer a']).ambiguous).toBe(
      true,
    );
  });

  it('notices a browser by its Origin', () => {
    expect(credentialsFromHeaders(['Origin', 'https://a.example']).fromBrowser).toBe(true);
  });
});

describe('credentialsFromInitPayload', () => {
  it('reads them in any case and takes empty ones for none', () => {
    expect(credentialsFromInitPayload({ Authorization: 'Bearer a', APIKEY: 'k', other: 1 })).toEqual({
      authorization: 'Bearer a',
      apikey: 'k',
      ambiguous: false,
      fromBrowser: false,
    });
    for (const payload of [undefined, null, 'text', [], {}, { authorization: null, apikey: '' }]) {
      expect(credentialsFromInitPayload(payload)).toEqual(noCredentials);
    }
  });

  it('refuses what is not text, and two spellings of one name', () => {
    expect(credentialsFromInitPayload({ authorization: { a: 1 } }).ambiguous).toBe(true);
    expect(
      credentialsFromInitPayload({ authorization: 'Bearer a', Authorization: 'Bearer a' }).ambiguous,
    ).toBe(true);
  });

  it('lets the caller say whether it is a browser, not the payload', () => {
    expect(credentialsFromInitPayload({ origin: 'x' }).fromBrowser).toBe(false);
    expect(credentialsFromInitPayload({}, { fromBrowser: true }).fromBrowser).toBe(true);
  });
});

it('lets the payload beat the headers of the upgrade', () => {
  const upgrade = credentialsFromHeaders(['authorization', 'Bearer old', 'origin', 'https://a.example']);
  const payload = credentialsFromInitPayload({ authorization: 'Bearer new' }, { fromBrowser: true });
  expect(preferCredentials(payload, upgrade).authorization).toBe('Bearer new');
  expect(preferCredentials(noCredentials, upgrade)).toEqual(upgrade);
  expect(withoutAuthorization(upgrade).authorization).toBeUndefined();
});
