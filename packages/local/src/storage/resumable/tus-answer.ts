import type { Exchange } from '../exchange.ts';
import { StorageError } from '../storage-error.ts';

/** A refusal of the resumable protocol: a real HTTP status and plain text. */
export class TusError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

const headers = [
  ...[
    'Authorization',
    'Content-Type',
    'Location',
    'Tus-Extension',
    'Tus-Max-Size',
    'Tus-Resumable',
    'Tus-Version',
  ],
  ...['Upload-Concat', 'Upload-Defer-Length', 'Upload-Length', 'Upload-Metadata', 'Upload-Offset'],
  ...['X-HTTP-Method-Override', 'X-Requested-With', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Forwarded'],
].join(', ');

/** Unlike the other routes these answer browsers of other origins themselves. */
const tusHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': headers,
  'tus-resumable': '1.0.0',
};

export function sendTus({ response }: Exchange, status: number, more: Record<string, string | number>): void {
  response.writeHead(status, { ...tusHeaders, ...more }).end();
}

export function sendTusOptions(exchange: Exchange, maxBytes: number): void {
  sendTus(exchange, 204, {
    'access-control-allow-headers': `${headers}, Authorization, X-Upsert, Upload-Expires, ApiKey, x-signature`,
    'access-control-allow-methods': 'POST, HEAD, PATCH, OPTIONS, DELETE',
    'access-control-max-age': '86400',
    'tus-extension': 'creation,creation-with-upload,creation-defer-length,termination,expiration',
    'tus-max-size': maxBytes,
    'tus-version': '1.0.0',
  });
}

export function sendTusError({ response, method }: Exchange, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, text } = describe(error);
  response.writeHead(status, {
    ...tusHeaders,
    'content-type': 'text/plain;charset=UTF-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(method === 'HEAD' ? undefined : text);
}

function describe(error: unknown): { status: number; text: string } {
  if (error instanceof TusError) return { status: error.status, text: error.message };
  if (error instanceof StorageError) return { status: Number(error.body.statusCode), text: error.message };
  return { status: 500, text: 'Internal Server Error\n' };
}
