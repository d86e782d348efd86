import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Busboy } from '@fastify/busboy';
import { refuse, StorageError } from './storage-error.ts';

/** The one file of a multipart upload, with the fields that came before it. */
export interface MultipartFile {
  readonly stream: Readable;
  readonly mimeType: string;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Reads a multipart body up to its file. Storage behaviour: any field name may hold the file, fields behind a file
 * that does not come in one piece are lost, and a form without a file has no content.
 */
export async function readMultipartFile(request: IncomingMessage): Promise<MultipartFile> {
  const contentType = request.headers['content-type'] ?? '';
  const fields = new Map<string, string>();
  const parser = newParser(contentType);
  const found = new Promise<{ stream: Readable; mimeType: string }>((resolve, reject) => {
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (_name, stream, _filename, _encoding, mimeType) => {
      // A body that ends too early is only told by an event: destroyed, the stream tells whoever reads it later too.
      stream.on('error', () => stream.destroy(brokenBody()));
      resolve({ stream, mimeType });
    });
    parser.on('finish', () => reject(refuse.noContent()));
    parser.on('error', () => reject(brokenBody()));
    request.on('aborted', () => reject(brokenBody()));
  });
  request.on('aborted', () => parser.destroy());
  request.pipe(parser);
  const file = await found;
  parser.on('error', () => file.stream.destroy(brokenBody()));
  request.on('aborted', () => file.stream.destroy(brokenBody()));
  await nextTurn();
  return { ...file, fields: new Map(fields) };
}

function newParser(contentType: string) {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { files: 1, fields: 10, fieldSize: 1024 * 1024, fieldNameSize: 200 },
    });
  } catch {
    throw refuse.noContent();
  }
}

function brokenBody(): StorageError {
  return new StorageError({
    statusCode: '400',
    error: 'InvalidRequest',
    message: 'Unexpected end of multipart data',
    code: 'InvalidRequest',
  });
}
