import { refuse } from './storage-error.ts';

const allowed = /^[\w!.*'() &$=@;:+,?/-]+$/;

/** Throws InvalidKey. */
export function checkKey(key: string): void {
  if (!allowed.test(key)) throw refuse.key(key);
}

/** S3's, which Storage has no bound besides. */
const maxKeyBytes = 1024;
/** A file system's, on which Storage fails as such when that is where it keeps its files. */
const maxPartBytes = 255;

/**
 * For keys that are about to be stored: reading one that is too long or has dots in it finds nothing, and says only
 * that.
 */
export function checkNewKey(bucket: string, key: string): void {
  checkKey(key);
  if (key.length > maxKeyBytes || key.split('/').some((part) => part.length > maxPartBytes)) {
    throw refuse.key(key);
  }
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw refuse.key(`${bucket}/${key} contains dot path segment`);
  }
}

/** Throws InvalidBucketName. */
export function checkBucketName(name: string): void {
  if (name.length > 100 || name.includes('/') || !allowed.test(name)) throw refuse.bucketName();
  if (name.trim() !== name || name.endsWith('--table-s3')) throw refuse.bucketName();
}

const mimeEntry = /^[\w.+-]+\/(?:[\w.+-]+(?:; ?charset=[\w-]+)?|\*)$|^\*\/\*$/i;

/** Throws InvalidMimeType for an entry that could never match. */
export function checkMimeList(list: readonly string[]): void {
  for (const entry of list) {
    if (!mimeEntry.test(entry) && !entry.endsWith('*')) {
      throw refuse.mimeType(`mime type ${entry} is not supported`);
    }
  }
}

/** Throws InvalidMimeType for text that no header could hold: the object could never be read again. */
export function checkHeaderText(text: string): void {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) throw refuse.mimeType('Invalid Content-Type header');
}

/** Parameters and letter case do not count; `image/*` stands for a family, and a bare star pair for nothing. */
export function checkMimeType(contentType: string, list: readonly string[] | null): void {
  if (list === null || list.length === 0) return;
  if (!contentType.includes('/')) throw refuse.mimeType('Invalid Content-Type header');
  const given = mediaTypeOf(contentType);
  const [family] = given.split('/', 1);
  const matches = list
    .map(mediaTypeOf)
    .some((entry) => entry === given || (entry !== '*/*' && entry === `${family}/*`));
  if (!matches) throw refuse.mimeType(`mime type ${contentType} is not supported`);
}

function mediaTypeOf(text: string): string {
  return (text.split(';', 1)[0] ?? '').trim().toLowerCase();
}

const sizePattern = '^[0-9]+(?:\\.[0-9]+)?(?:[gG][bB]|[mM][bB]|[kK][bB]|[bB])$';
const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** Bytes of `file_size_limit`: a number, or text with a decimal unit. Throws a validation error, or EntityTooLarge. */
export function parseSizeLimit(value: unknown, maxBytes: number): number | null | undefined {
  if (value === undefined || value === null) return value;
  const bytes = typeof value === 'number' ? value : textSize(value);
  const fault =
    bytes === undefined || !Number.isInteger(bytes) ? 'integer' : bytes < 0 ? 'negative' : undefined;
  if (fault !== undefined || bytes === undefined) {
    const name = 'body/file_size_limit';
    const first =
      fault === 'negative'
        ? `${name} must be >= 0`
        : `${name} must be integer, ${name} must pass "finite" keyword validation`;
    throw refuse.validation(
      `${first}, ${name} must match pattern "${sizePattern}", ${name} must match a schema in anyOf`,
    );
  }
  if (bytes > maxBytes) throw refuse.tooLarge();
  return bytes;
}

function textSize(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^-?\d+$/.test(value)) return Number(value);
  if (!new RegExp(sizePattern).test(value)) return undefined;
  const [, digits = '', unit = ''] = /^([\d.]+)(\D+)$/.exec(value) ?? [];
  return Math.round(Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN));
}

const robotsRules =
  /^(?:all|none|noindex|nofollow|noarchive|nosnippet|indexifembedded|notranslate|noimageindex|(?:max-snippet|max-video-preview): ?-?\d+|max-image-preview: ?(?:none|standard|large)|unavailable_after: ?.+)$/i;

/** Throws for a rule that no crawler knows. A rule may be preceded by the crawler's name. */
export function checkRobotsTag(header: string): void {
  for (const part of header.split(',')) {
    const rule = part.trim();
    const plain = rule.replace(/^[\w-]+: ?(?=[a-z])/i, '');
    if (!robotsRules.test(rule) && !robotsRules.test(plain)) {
      throw refuse.robotsTag(`Invalid X-Robots-Tag rule: "${rule}"`);
    }
  }
}
