import { z } from 'zod';
import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { httpMethodEnum } from '../../../graphql/kit/http-method.ts';
import { UploadedFile } from '../../../graphql/kit/uploaded-file.ts';
import { type TicketInput, ticketInput, uploadInput } from '../client/input.ts';
import type { UploadRequest, UploadTicket } from '../client/types.ts';
import type { FileTypes } from './file.ts';

const cacheControlText =
  'Seconds that browsers may keep the file, or a Cache-Control that begins with max-age.';

const fileUploadInput = uploadInput.extend({ file: z.instanceof(UploadedFile) });
type FileUploadInput = z.infer<typeof fileUploadInput>;

/** `uploadFile` and `createUpload`. */
export function addUploadFields(builder: SchemaBuilder, { file }: FileTypes): void {
  const input = builder.inputRef<FileUploadInput, false>('UploadFileInput').implement({
    validate: { schema: fileUploadInput },
    description: 'A file and where it goes.',
    fields: (t) => ({
      bucket: t.id({ required: true, description: 'Id of the bucket.' }),
      path: t.string({ required: true, description: 'Full key in the bucket, without a slash in front.' }),
      file: t.field({ type: 'File', required: true, description: 'The part of the multipart request.' }),
      upsert: t.boolean({ required: true, defaultValue: false, description: 'Replace a file at this path.' }),
      contentType: t.string({ required: false, description: 'In place of the part’s own.' }),
      cacheControl: t.string({ required: false, description: cacheControlText }),
      metadata: t.field({ type: 'JSONObject', required: false, description: 'Kept with the file.' }),
    }),
  });
  builder.mutationField('uploadFile', (t) =>
    t.field({
      type: file,
      nullable: true,
      description:
        'Stores a file of a multipart request; its bytes stream through. Answered from the upload itself: a caller who may insert but not read still gets success. Bigger files go through createUpload.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: { input: t.arg({ type: input, required: true, description: 'The file.' }) },
      resolve: (_root, { input: { file: upload, contentType, ...rest } }, { services, call }) =>
        upload.use(({ stream, mimetype }) =>
          services.storage.upload({ ...rest, stream, contentType: contentType ?? mimetype }, call),
        ),
    }),
  );
  addTicket(builder);
}

function addTicket(builder: SchemaBuilder): void {
  const request = builder.objectRef<UploadRequest>('UploadRequest').implement({
    description: 'A request that sends bytes to this gateway.',
    fields: (t) => ({
      url: t.expose('url', { type: 'URL', description: 'Where to.' }),
      method: t.expose('method', {
        type: httpMethodEnum(builder),
        description: 'With which method it begins.',
      }),
      headers: t.expose('headers', {
        type: 'JSONObject',
        description: 'Headers to send, by name.',
      }),
    }),
  });
  const ticket = builder.objectRef<UploadTicket>('UploadTicket').implement({
    description: 'Leave to send one file to one path, by either of two ways. Treat it as a password.',
    fields: (t) => ({
      put: t.expose('put', { type: request, description: 'All bytes in one request.' }),
      resumable: t.expose('resumable', {
        type: request,
        description: 'The beginning of a TUS 1.0.0 upload, which survives interruptions.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'By when the upload has to begin.',
      }),
    }),
  });
  const input = builder.inputRef<TicketInput, false>('CreateUploadInput').implement({
    validate: { schema: ticketInput },
    description: 'The file that will be sent.',
    fields: (t) => ({
      bucket: t.id({ required: true, description: 'Id of the bucket.' }),
      path: t.string({ required: true, description: 'Full key in the bucket, without a slash in front.' }),
      upsert: t.boolean({ required: true, defaultValue: false, description: 'Replace a file at this path.' }),
      contentType: t.string({ required: false, description: 'application/octet-stream when left out.' }),
      size: t.field({
        type: 'BigInt',
        required: false,
        description: 'Bytes, if known: for the TUS headers.',
      }),
      cacheControl: t.string({ required: false, description: cacheControlText }),
      metadata: t.field({ type: 'JSONObject', required: false, description: 'Kept with the file.' }),
    }),
  });
  builder.mutationField('createUpload', (t) =>
    t.field({
      type: ticket,
      nullable: true,
      description:
        'A ticket to send the bytes straight to the streaming HTTP route: PUT once, or resumable by TUS. The policies are asked now.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      secretAnswer: true,
      args: { input: t.arg({ type: input, required: true, description: 'The file.' }) },
      resolve: (_root, { input: ticketFor }, { services, call }) =>
        services.storage.createUpload(ticketFor, call),
    }),
  );
}
