/** What Storage writes into the body of a refusal. `statusCode` is text, and seldom the HTTP status. */
export interface StorageErrorBody {
  readonly statusCode: string;
  readonly error: string;
  readonly message: string;
  readonly code: string;
}

/** A refusal in Storage's words. The HTTP status is 400 for nearly every one, whatever `statusCode` says. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly httpStatus: number;
  readonly body: StorageErrorBody;

  constructor(body: StorageErrorBody, httpStatus = 400) {
    super(body.message);
    this.body = body;
    this.httpStatus = httpStatus;
  }
}

function refusal(statusCode: string, error: string, message: string, code: string, httpStatus?: number) {
  return new StorageError({ statusCode, error, message, code }, httpStatus);
}

/** Every refusal that the server gives, by what went wrong. */
export const refuse = {
  noSuchBucket: () => refusal('404', 'Bucket not found', 'Bucket not found', 'NoSuchBucket'),
  noSuchKey: () => refusal('404', 'not_found', 'Object not found', 'NoSuchKey'),
  duplicate: (code: 'BucketAlreadyExists' | 'KeyAlreadyExists' | 'ResourceAlreadyExists') =>
    refusal('409', 'Duplicate', 'The resource already exists', code),
  accessDenied: (message: string, httpStatus?: number) =>
    refusal('403', 'Unauthorized', message, 'AccessDenied', httpStatus),
  rowSecurity: () => refuse.accessDenied('new row violates row-level security policy'),
  tooLarge: () =>
    refusal('413', 'Payload too large', 'The object exceeded the maximum allowed size', 'EntityTooLarge'),
  mimeType: (message: string) => refusal('415', 'invalid_mime_type', message, 'InvalidMimeType'),
  bucketName: () => refusal('400', 'Invalid Input', 'Bucket name invalid', 'InvalidBucketName'),
  key: (key: string) => refusal('400', 'InvalidKey', `Invalid key: ${key}`, 'InvalidKey'),
  jwt: (message: string) => refusal('400', 'InvalidJWT', message, 'InvalidJWT'),
  signature: (message: string) => refusal('400', 'InvalidSignature', message, 'InvalidSignature'),
  range: () => refusal('416', 'invalid_range', 'invalid range provided', 'InvalidRange', 416),
  notEmpty: () =>
    refusal('409', 'ResourceNotEmpty', 'The bucket you tried to delete is not empty', 'ResourceNotEmpty'),
  noContent: () => refusal('400', 'InvalidRequest', 'No content provided', 'InvalidRequest'),
  noRelated: () => refusal('404', 'InvalidRequest', 'The related resource does not exist', 'InvalidRequest'),
  parameter: (message: string) =>
    refusal('400', 'InvalidParameter', `Invalid Parameter ${message}`, 'InvalidParameter'),
  missingParameter: (message: string) =>
    refusal('400', 'MissingParameter', `Missing Required Parameter ${message}`, 'MissingParameter'),
  robotsTag: (message: string) =>
    refusal('400', 'invalid_x_robots_tag', `Invalid X-Robots-Tag header: ${message}`, 'InvalidRequest'),
  database: (sqlState: string) =>
    refusal('500', 'DatabaseError', `database error, code: ${sqlState}`, 'DatabaseError', 500),
  /** Not measured: in the real service another server resizes, and its words are shown. */
  image: (message: string) => refusal('422', 'ImageProcessingError', message, 'InvalidRequest'),
  internal: () => refusal('500', 'Internal', 'Internal Server Error', 'InternalError', 500),
  validation: (message: string) => refusal('400', 'Error', message, 'InvalidRequest'),
  unreadable: (message: string) => refusal('400', 'FastifyError', message, 'InvalidRequest'),
  jsonTooLarge: () => refusal('413', 'FastifyError', 'Request body is too large', 'EntityTooLarge', 413),
  /** The real service has it. */
  notConfigured: (what: string) =>
    refusal('501', 'Not Implemented', `The local stack has no ${what}`, 'NOT_CONFIGURED', 501),
  noRoute: (method: string, url: string) =>
    refusal('404', 'Not Found', `Route ${method}:${url} not found`, 'InvalidRequest', 404),
} as const;
