import { isObject } from './recorded-exchange.ts';

/** Where the local storage server answers otherwise than the recorded one, and why. */
export interface ReplayException {
  reason: string;
  /** Not asked at all. */
  skip?: true;
  /** Applied to both sides before they are compared. */
  adjust?: (answer: unknown) => unknown;
}

const withoutMessage = (answer: unknown): unknown =>
  isObject(answer) && isObject(answer['body'])
    ? { ...answer, body: { ...answer['body'], message: typeof answer['body']['message'] } }
    : answer;

const inventedPath = {
  reason: 'The recorded message shows a path inside the server; ours shows only what the caller sent.',
  adjust: withoutMessage,
};

const longSegment = {
  reason:
    'The recorded file system failed inside the server (500); ours says which of the two is wrong: the key.',
  skip: true as const,
};

const transformation = {
  reason:
    'Recorded with image transformation switched on; the others want it off. local-storage-images.test.ts has these.',
  skip: true as const,
};

const notPart = {
  reason: 'Recorded where it is switched off: no such route. Ours says that the real service has it.',
  skip: true as const,
};

export const exceptions: Readonly<Record<string, ReplayException>> = {
  '330-vector-disabled': notPart,
  '331-iceberg-disabled': notPart,
  '002-version': {
    reason: 'The version of another program; ours says 0.0.0, which is also what Storage says by default.',
    adjust: (answer) => (isObject(answer) ? { ...answer, body: undefined } : answer),
  },
  '109-key-dotdot-raw': inventedPath,
  '110-key-dotdot-encoded': inventedPath,
  '111-key-dotdot-inside': inventedPath,
  '091-upload-mime-with-charset': {
    reason: 'Storage ignores media type parameters here since September 2026; the recording is older.',
    skip: true,
  },
  '116-key-very-long': longSegment,
  '117-key-very-long-param': longSegment,
  '212-list-v2-empty-body-object': {
    reason: 'The recording keeps only the first two of the objects that the server listed.',
    adjust: (answer) =>
      isObject(answer) && isObject(answer['body']) && Array.isArray(answer['body']['objects'])
        ? { ...answer, body: { ...answer['body'], objects: answer['body']['objects'].slice(0, 1) } }
        : answer,
  },
  '328-s3-no-auth': {
    reason: 'The S3 protocol is not part of the local server; the route is unknown to it.',
    skip: true,
  },
  '332-variant-es256-jwt': {
    reason: 'Recorded with a JWKS; the local stack signs its keys with the shared secret alone.',
    skip: true,
  },
  '334-variant-global-limit': {
    reason: 'Recorded with a limit of 1000 bytes for all files; the limit itself has a test of its own.',
    skip: true,
  },
  '336-variant-tus-forwarded-prefix': {
    reason: 'Recorded with trust in X-Forwarded-Prefix; the gateway rewrites Location instead.',
    adjust: (answer) =>
      isObject(answer) && isObject(answer['headers'])
        ? { ...answer, headers: { ...answer['headers'], location: typeof answer['headers']['location'] } }
        : answer,
  },
  '337-variant-render-image-no-imgproxy': transformation,
  '338-variant-render-image-bad-width': transformation,
  '339-variant-sign-with-transform': transformation,
};
