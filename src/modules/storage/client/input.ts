import { z } from 'zod';
import { wholeSentence } from '../../../lib/bad-input.ts';
import { given } from '../../../lib/given.ts';
import { isJsonObject, type JsonObject } from '../../../lib/json-object.ts';
import { updateField } from '../../../lib/update-field.ts';
import { bucketFault, newPathFault, pathFault, prefixFault } from './object-path.ts';
import { cacheSeconds, metadataFault, noMediaType, normalMediaType } from './upload-body.ts';

/** Paths in one call that names many. */
export const maxPaths = 1000;
/** A ticket's metadata travels in one header, as Base64; servers take 16 KB of headers in all. */
const maxTicketMetadataBytes = 4096;
/** Longest name of a file that a browser is told to save. */
const maxNameLength = 255;

/** Adds an issue where `fault` finds something wrong with a value, and says it in a sentence. */
const unless =
  <T>(fault: (value: T) => string | undefined) =>
  (value: T, context: z.RefinementCtx): void => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message, params: wholeSentence });
  };

/** What `read` makes of a text; where that is nothing, an issue that says `message`. */
const readBy = (read: (text: string) => string | undefined, message: string) =>
  z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message, params: wholeSentence });
    return z.NEVER;
  });

const text = (fault: (value: string) => string | undefined) => z.string().superRefine(unless(fault));
const bucketId = (argument: string) => text((id) => bucketFault(id, argument));
const filePath = (argument: string) => text((path) => pathFault(path, argument));
const newPath = (argument: string) => text((path) => newPathFault(path, argument));
const bucket = bucketId('bucket');
const paths = z.array(z.string()).superRefine(
  unless((list) => {
    if (list.length > maxPaths) return `paths must not have more than ${maxPaths} entries.`;
    return list.map((path) => pathFault(path, 'paths')).find((fault) => fault !== undefined);
  }),
);

const limits = {
  /** Decimal digits: bytes. */
  fileSizeLimit: text((digits) =>
    Number.isSafeInteger(Number(digits)) && Number(digits) >= 0
      ? undefined
      : 'fileSizeLimit must be a number of bytes from 0 to 2^53.',
  ).nullish(),
  allowedMimeTypes: z
    .array(z.string())
    .superRefine(
      unless((types) =>
        // Storage's database fails at NUL; what else is no media type Storage says itself.
        types.every((type) => type.length <= 255 && !type.includes('\0'))
          ? undefined
          : 'allowedMimeTypes must hold media types, such as image/png or image/*.',
      ),
    )
    .nullish(),
};

// Storage takes names that no path can hold: such a bucket could not be deleted again.
export const newBucketInput = z.object({
  id: bucketId('id'),
  name: z.string().nullish(),
  public: z.boolean(),
  ...limits,
});
export type NewBucket = z.infer<typeof newBucketInput>;

/** What is left out stays; null takes a limit away. */
export const bucketChangesInput = z.object({ public: updateField(z.boolean()), ...limits });
export type BucketChanges = z.infer<typeof bucketChangesInput>;

export const bucketInput = z.object({ id: bucketId('id') });
/** `input` is checked at its type. */
export const bucketUpdateInput = bucketInput.extend({ input: z.custom<BucketChanges>() });

export const fileInput = z.object({ bucket, path: filePath('path') });

const fileSort = z.object({
  by: z.enum(['name', 'created_at', 'updated_at']),
  direction: z.enum(['asc', 'desc']),
});
export type FileSort = z.infer<typeof fileSort>;
export const defaultFileSort: FileSort = { by: 'name', direction: 'asc' };

/** What lies in a bucket that is known. */
export const filesOfBucketInput = z.object({
  prefix: text(prefixFault),
  first: z.number(),
  after: z.string().nullish(),
  sortBy: fileSort.nullish(),
});
export const filesInput = filesOfBucketInput.extend({ bucket });
export type FilesInput = z.infer<typeof filesInput>;

export const deleteFilesInput = z.object({ paths, bucket });
export type DeleteFilesInput = z.infer<typeof deleteFilesInput>;

export const moveInput = z.object({
  to: newPath('to'),
  from: filePath('from'),
  bucket,
  toBucket: given(bucketId('toBucket')),
});
export type MoveInput = z.infer<typeof moveInput>;
export const copyInput = moveInput.extend({ upsert: z.boolean() });
export type CopyInput = z.infer<typeof copyInput>;

const metadata = z.custom<JsonObject>(isJsonObject).superRefine(unless(metadataFault));
const contentType = readBy(normalMediaType, noMediaType);
const description = {
  path: newPath('path'),
  cacheControl: given(readBy(cacheSeconds, 'cacheControl must be seconds, or begin with max-age.')),
  metadata: given(metadata),
  bucket,
  upsert: z.boolean(),
};

/** A file but for its bytes, which say their type where nothing else does. */
export const uploadInput = z.object({ ...description, contentType: given(contentType) });
export type UploadInput = z.infer<typeof uploadInput>;

export const ticketInput = z.object({
  ...description,
  /** Decimal digits: bytes. */
  size: given(text((digits) => (digits.startsWith('-') ? 'size must not be negative.' : undefined))),
  metadata: given(
    metadata.superRefine(
      unless((value) =>
        Buffer.byteLength(JSON.stringify(value)) > maxTicketMetadataBytes
          ? `metadata must not be longer than ${maxTicketMetadataBytes} bytes of JSON.`
          : undefined,
      ),
    ),
  ),
  contentType: given(contentType),
});
export type TicketInput = z.infer<typeof ticketInput>;

const size = (name: string, least: number, most: number) =>
  z
    .number()
    .superRefine(
      unless((value) =>
        value >= least && value <= most ? undefined : `transform.${name} must be from ${least} to ${most}.`,
      ),
    )
    .nullish();

/** Another size of an image. */
export const imageTransformInput = z.object({
  width: size('width', 1, 10_000),
  height: size('height', 1, 10_000),
  resize: z.enum(['cover', 'contain', 'fill']).nullish(),
  quality: size('quality', 20, 100),
  format: z.enum(['origin', 'avif']).nullish(),
});
export type ImageTransform = z.infer<typeof imageTransformInput>;

/** Milliseconds; when nothing is said an hour, or the deployment's maximum where that is less. */
const expiresIn = z.number().nullish();
export type SigningTime = z.infer<typeof expiresIn>;

export const signedUrlsInput = z.object({ paths, bucket, expiresIn });
export type SignedUrlsInput = z.infer<typeof signedUrlsInput>;

/** `download` is the name under which a browser saves the file. `transform` is checked at its type. */
export const signedUrlInput = z.object({
  expiresIn,
  download: text((name) =>
    name.length > maxNameLength || /\p{Surrogate}|\0/u.test(name)
      ? `download must be text of at most ${maxNameLength} characters.`
      : undefined,
  ).nullish(),
  transform: z.custom<ImageTransform>().nullish(),
});
