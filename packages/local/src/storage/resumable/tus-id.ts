const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface UploadName {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
}

/** Storage's own form of an upload id: base64url of `bucket/key/version`. */
export function encodeUploadId({ bucket, key, version }: UploadName): string {
  return Buffer.from(`${bucket}/${key}/${version}`).toString('base64url');
}

/** Undefined for text that is no such id. The version becomes a file name, so it has to be a UUID. */
export function decodeUploadId(id: string): UploadName | undefined {
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const first = text.indexOf('/');
  const last = text.lastIndexOf('/');
  if (first < 0 || last <= first) return undefined;
  const version = text.slice(last + 1);
  if (!uuid.test(version)) return undefined;
  return { bucket: text.slice(0, first), key: text.slice(first + 1, last), version };
}

/** The pairs of an `Upload-Metadata` header, values decoded. */
export function parseUploadMetadata(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [name = '', value = ''] = pair.trim().split(' ');
    if (name !== '') pairs.set(name, Buffer.from(value, 'base64').toString('utf8'));
  }
  return pairs;
}
