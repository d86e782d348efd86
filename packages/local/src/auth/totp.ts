import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { renderSVG } from 'uqr';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const period = 30;

/** A new secret of 160 bits, in base 32. */
export function newTotpSecret(): string {
  let bits = '';
  for (const byte of randomBytes(20)) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{5}/g) ?? []).map((group) => base32[Number.parseInt(group, 2)]).join('');
}

function decodeBase32(secret: string): Buffer {
  let bits = '';
  for (const character of secret) bits += base32.indexOf(character).toString(2).padStart(5, '0');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The six digits of RFC 6238 (SHA-1, 30 s) at a time in seconds. */
export function totpCode(secret: string, seconds: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / period)));
  const digest = createHmac('sha1', decodeBase32(secret)).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** True when the code fits now, or one period before or after. */
export function totpFits(secret: string, code: string, seconds: number): boolean {
  const presented = Buffer.from(code);
  return [-1, 0, 1].some((skew) => {
    const expected = Buffer.from(totpCode(secret, seconds + skew * period));
    return expected.length === presented.length && timingSafeEqual(expected, presented);
  });
}

/** What an authenticator app reads. */
export function totpUri(secret: string, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const query = new URLSearchParams({
    algorithm: 'SHA1',
    digits: '6',
    issuer,
    period: String(period),
    secret,
  });
  return `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`;
}

/** The address as a QR code, raw SVG text. */
export function qrCodeSvg(uri: string): string {
  return renderSVG(uri, { ecc: 'M', border: 2 });
}
