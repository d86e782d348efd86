import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { argumentError } from '../../../../src/graphql/kit/input.ts';
import type { StorageClient } from '../../../../src/modules/storage/client/client.ts';
import {
  bucketChangesInput,
  bucketInput,
  copyInput,
  deleteFilesInput,
  fileInput,
  filesInput,
  imageTransformInput,
  moveInput,
  newBucketInput,
  signedUrlInput,
  signedUrlsInput,
  ticketInput,
  uploadInput,
} from '../../../../src/modules/storage/client/input.ts';
import { testCall } from '../../../support/test-call.ts';

const long = 'x'.repeat(1025);
const badName = 'A name in the path is empty, is "." or "..", or is not valid text.';
const badType = 'contentType must be a media type, such as image/png.';
const badTypes = 'allowedMimeTypes must hold media types, such as image/png or image/*.';
const badDownload = 'download must be text of at most 255 characters.';
const badLimit = 'fileSizeLimit must be a number of bytes from 0 to 2^53.';

const file = { bucket: 'docs', path: 'a' };
const list = { bucket: 'docs', prefix: '', first: 1 };
const move = { bucket: 'docs', from: 'a', to: 'b' };
const upload = { ...file, upsert: false };
const bucket = { id: 'docs', public: false };

function refusal(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value);
  return error && argumentError(error);
}

describe('input of Storage', () => {
  test.each<[string, z.ZodType, object, string]>([
    ['path', fileInput, { ...file, path: '' }, 'path must not be empty.'],
    ['path', fileInput, { ...file, path: long }, 'path must not be longer than 1024 bytes.'],
    ['path', fileInput, { ...file, path: 'a/../b' }, 'path must not hold "." or ".." as a segment.'],
    ['path', fileInput, { ...file, path: 'a\\b' }, 'path holds a character that is not allowed.'],
    ['bucket', fileInput, { ...file, bucket: '..' }, badName],
    ['bucket', fileInput, { ...file, bucket: long }, 'bucket must not be longer than 1024 bytes.'],
    ['prefix', filesInput, { ...list, prefix: long }, 'prefix must not be longer than 1024 bytes.'],
    ['prefix', filesInput, { ...list, prefix: '\ud800' }, 'prefix holds a character that is not allowed.'],
    [
      'paths',
      deleteFilesInput,
      { bucket: 'docs', paths: Array.from({ length: 1001 }, () => 'a') },
      'paths must not have more than 1000 entries.',
    ],
    ['paths', signedUrlsInput, { bucket: 'docs', paths: ['a', ''] }, 'paths must not be empty.'],
    ['to', moveInput, { ...move, to: '/b' }, 'to must not begin with a slash.'],
    ['from', moveInput, { ...move, from: '' }, 'from must not be empty.'],
    ['toBucket', copyInput, { ...move, toBucket: '.', upsert: false }, badName],
    ['path', uploadInput, { ...upload, path: '/a' }, 'path must not begin with a slash.'],
    [
      'cacheControl',
      uploadInput,
      { ...upload, cacheControl: 'no-store' },
      'cacheControl must be seconds, or begin with max-age.',
    ],
    ['contentType', uploadInput, { ...upload, contentType: 'text/plain\r\na: b' }, badType],
    [
      'metadata',
      uploadInput,
      { ...upload, metadata: { deep: [{ 'a\0': 1 }] } },
      'metadata holds NUL or half of a surrogate pair.',
    ],
    ['size', ticketInput, { ...upload, size: '-1' }, 'size must not be negative.'],
    [
      'metadata',
      ticketInput,
      { ...upload, metadata: { text: 'x'.repeat(4096) } },
      'metadata must not be longer than 4096 bytes of JSON.',
    ],
    ['id', bucketInput, { id: '' }, badName],
    ['id', newBucketInput, { ...bucket, id: long }, 'id must not be longer than 1024 bytes.'],
    ['fileSizeLimit', newBucketInput, { ...bucket, fileSizeLimit: '-1' }, badLimit],
    ['fileSizeLimit', bucketChangesInput, { fileSizeLimit: '9007199254740993' }, badLimit],
    ['allowedMimeTypes', bucketChangesInput, { allowedMimeTypes: ['a\0'] }, badTypes],
    ['download', signedUrlInput, { download: 'x'.repeat(256) }, badDownload],
  ])('names %s as what is wrong', (name, schema, value, message) => {
    expect(refusal(schema, value)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message,
      details: { issues: [{ path: [name], message }] },
    });
  });

  test('says the place of a fault inside of an image’s size', () => {
    const message = 'transform.quality must be from 20 to 100.';
    const { error } = imageTransformInput.safeParse({ width: 1, quality: 19 });
    expect(error?.issues).toMatchObject([{ path: ['quality'], message }]);
  });

  test('says all that is wrong', () => {
    const error = refusal(uploadInput, { ...upload, path: '', contentType: 'x', bucket: '.' });
    expect(error?.message).toBe('path must not be empty.');
    expect(error).toMatchObject({
      details: { issues: [{ path: ['path'] }, { path: ['bucket'] }, { path: ['contentType'] }] },
    });
  });

  test('reads a media type in lower case, and a time with or without its name', () => {
    const given = { contentType: 'Text/HTML; charset=UTF-8', cacheControl: 'max-age=60, immutable' };
    expect(uploadInput.parse({ ...upload, ...given })).toMatchObject({
      contentType: 'text/html; charset=UTF-8',
      cacheControl: '60, immutable',
    });
    const nothing = { contentType: null, cacheControl: null, metadata: null, size: null };
    expect(ticketInput.parse({ ...upload, ...nothing })).toEqual(upload);
  });

  test('is refused at once, however long', () => {
    for (const character of ['x', '/', '.', '\\', ';', ',', '=', '"', '1', ' ', '\ud800']) {
      const text = character.repeat(1_000_000);
      expect(refusal(fileInput, { bucket: text, path: text })).toBeDefined();
      expect(refusal(filesInput, { ...list, prefix: text })).toBeDefined();
      expect(refusal(moveInput, { bucket: text, from: text, to: text, toBucket: text })).toBeDefined();
      expect(refusal(uploadInput, { ...upload, contentType: text })).toBeDefined();
      expect(refusal(ticketInput, { ...upload, cacheControl: text, metadata: { text } })).toBeDefined();
      expect(refusal(bucketChangesInput, { allowedMimeTypes: [text], fileSizeLimit: text })).toBeDefined();
      expect(refusal(signedUrlInput, { download: text })).toBeDefined();
    }
  });

  test('has a type', () => {
    // Never run: that it compiles is the test.
    const misspelt = (client: StorageClient) => {
      // @ts-expect-error there is no too
      void client.move({ bucket: 'docs', from: 'a', too: 'b' }, testCall());
      // @ts-expect-error metadata are JSON
      void client.createUpload({ ...upload, metadata: { at: new Date() } }, testCall());
      // @ts-expect-error upsert has no default but that of the GraphQL schema
      void client.copy({ ...move, toBucket: undefined }, testCall());
    };
    expectTypeOf(misspelt).toBeFunction();
  });
});
