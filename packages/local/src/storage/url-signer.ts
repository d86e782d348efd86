import { jwtVerify, SignJWT } from 'jose';
import { tokenFault } from './caller.ts';
import { refuse } from './storage-error.ts';

interface UploadClaims {
  readonly url: string;
  readonly upsert: boolean;
  readonly owner: string | undefined;
}

interface DownloadClaims {
  /** Seconds since the epoch when the URL ends. */
  readonly expires: number;
  readonly transformations: string;
}

/** Tokens in signed URLs: bound to one bucket and key, and to reading or to writing it. */
export interface UrlSigner {
  /** `transformations` is empty for the object as it is. */
  signDownload(target: string, seconds: number, transformations: string): Promise<string>;
  signUpload(target: string, options: { upsert: boolean; owner: string | undefined }): Promise<string>;
  /** Throws InvalidJWT or InvalidSignature. */
  verifyDownload(token: string, target: string): Promise<DownloadClaims>;
  /** Without `target` only the token itself is checked. */
  verifyUpload(token: string, target?: string): Promise<UploadClaims>;
}

/** Storage's default for UPLOAD_SIGNED_URL_EXPIRATION_TIME. */
const uploadSeconds = 60;

export function createUrlSigner(jwtSecret: string): UrlSigner {
  const secret = new TextEncoder().encode(jwtSecret);

  async function sign(claims: Record<string, unknown>, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return await new SignJWT({ ...claims, iat: now, exp: now + seconds })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
  }

  async function verify(token: string, target: string | undefined, scope: 'download' | 'upload') {
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] }).catch((error: unknown) => {
      throw refuse.jwt(tokenFault(error));
    });
    if (target !== undefined && payload['url'] !== target) throw refuse.signature('Invalid signature');
    // Tokens of older versions have no scope; only those for uploads say `upsert`.
    const actual = payload['scope'] ?? ('upsert' in payload ? 'upload' : 'download');
    if (actual !== scope) throw refuse.signature(`Token is not scoped for ${scope}`);
    return payload;
  }

  return {
    signDownload: (url, seconds, transformations) =>
      sign({ ...(transformations === '' ? {} : { transformations }), url, scope: 'download' }, seconds),
    signUpload: (url, { upsert, owner }) =>
      sign({ ...(owner === undefined ? {} : { owner }), url, upsert, scope: 'upload' }, uploadSeconds),
    async verifyDownload(token, target) {
      const { exp, transformations } = await verify(token, target, 'download');
      return {
        expires: exp ?? 0,
        transformations: typeof transformations === 'string' ? transformations : '',
      };
    },
    async verifyUpload(token, target) {
      const { url, upsert, owner } = await verify(token, target, 'upload');
      return {
        url: typeof url === 'string' ? url : '',
        upsert: upsert === true,
        owner: typeof owner === 'string' ? owner : undefined,
      };
    },
  };
}
