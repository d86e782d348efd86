import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface SigningParty {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Host and path under which the client reaches the service. */
  readonly host: string;
  readonly prefix: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const strictly = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * True when the request, as it arrived, is what the AWS signature in its Authorization was made for. Bodies are not
 * hashed: the header that tells their hash is signed.
 */
export function isSigned(request: IncomingMessage, party: SigningParty): boolean {
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const part = (name: string): string =>
    new RegExp(`(?: |,)${name}=([^,]+)`).exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [key, day, region, service] = part('Credential').split('/');
  if (key !== party.accessKey) return false;
  const names = part('SignedHeaders').split(';');
  const headers: IncomingHttpHeaders = { ...request.headers, host: party.host };
  const canonical = [
    request.method,
    party.prefix + path,
    [...new URLSearchParams(search)]
      .map(([name, value]) => `${strictly(name)}=${strictly(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const signingKey = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (made, text) => hmac(made, text ?? ''),
    `AWS4${party.secretKey}`,
  );
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  return hmac(signingKey, toSign).toString('hex') === part('Signature');
}
