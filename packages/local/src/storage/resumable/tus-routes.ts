import type { StorageCaller } from '../caller.ts';
import type { StorageContext } from '../context.ts';
import { type Exchange, header, isTrue } from '../exchange.ts';
import { checkAbsent, checkMayWrite, findBucket } from '../object-rows.ts';
import { refuse } from '../storage-error.ts';
import { checkLength, describeUpload, type Writer } from './describe-upload.ts';
import { receiveBytes } from './receive-bytes.ts';
import { createTurns } from './turns.ts';
import { sendTus, sendTusOptions, TusError } from './tus-answer.ts';
import type { TusDepot, TusUpload } from './tus-depot.ts';
import { decodeUploadId, encodeUploadId } from './tus-id.ts';

const octets = 'application/offset+octet-stream';

/** Resumable uploads, TUS 1.0.0, at `/upload/resumable` and, for signed tokens, `/upload/resumable/sign`. */
export function createTusRoutes(
  context: StorageContext,
  tus: TusDepot,
  locate: (e: Exchange, path: string) => string,
) {
  const { database, maxFileBytes } = context;
  const turns = createTurns();

  /** `id` is undefined for the collection itself. */
  async function handle(
    exchange: Exchange,
    writer: Writer,
    base: string,
    id: string | undefined,
  ): Promise<void> {
    const method = header(exchange, 'x-http-method-override')?.toUpperCase() ?? exchange.method;
    if (header(exchange, 'tus-resumable') !== '1.0.0') throw new TusError(412, 'Tus-Resumable Required\n');
    if (id === undefined) {
      if (method === 'POST') return await create(exchange, writer, base);
    } else {
      // A client that resumes does not know whether its last request is still being read: that one gives way.
      if (method === 'PATCH') return await turns.take(id, (signal) => patch(exchange, writer, id, signal));
      if (method === 'HEAD') return await turns.take(id, () => head(exchange, id));
      if (method === 'DELETE') return await turns.take(id, () => terminate(exchange, writer, id));
    }
    throw refuse.noRoute(method, exchange.url);
  }

  async function create(exchange: Exchange, writer: Writer, base: string): Promise<void> {
    const upload = await describeUpload(context, exchange, writer);
    await checkMayWriteTus(writer, upload);
    await tus.save(upload);
    const id = encodeUploadId(upload);
    const location = locate(exchange, `${base}/${id}`);
    const hasBody = header(exchange, 'content-type') === octets;
    if (!hasBody && upload.length !== 0) {
      return sendTus(exchange, 201, { location, 'content-type': 'text/plain;charset=UTF-8' });
    }
    const { signal } = new AbortController();
    const offset = await receiveBytes(context, tus, { exchange, upload, offset: 0, signal });
    sendTus(exchange, 201, {
      location,
      'content-type': 'text/plain;charset=UTF-8',
      'upload-offset': offset,
      ...(offset === upload.length ? { 'tus-complete': 1 } : {}),
    });
  }

  async function checkMayWriteTus(
    { caller }: Writer,
    { bucket, key, version, upsert }: TusUpload,
  ): Promise<void> {
    if (caller)
      await checkMayWrite(database, caller, { bucket, key, version }, upsert, 'storage.tus.upload.part');
    else if (!upsert) await checkAbsent(database, bucket, key);
  }

  async function find(id: string): Promise<TusUpload> {
    const named = decodeUploadId(id);
    const upload = named && (await tus.find(named.version));
    if (!upload || upload.bucket !== named.bucket || upload.key !== named.key) {
      throw new TusError(404, 'The file for this url was not found\n');
    }
    return upload;
  }

  async function head(exchange: Exchange, id: string): Promise<void> {
    const upload = await find(id);
    sendTus(exchange, 200, {
      'cache-control': 'no-store',
      'content-type': 'text/plain;charset=UTF-8',
      'upload-offset': await tus.offset(upload),
      ...(upload.length === undefined ? { 'upload-defer-length': 1 } : { 'upload-length': upload.length }),
      'upload-metadata': upload.metadata,
    });
  }

  async function patch(exchange: Exchange, writer: Writer, id: string, signal: AbortSignal): Promise<void> {
    const contentType = header(exchange, 'content-type');
    if (contentType === undefined) throw new TusError(403, 'Content-Type header required\n');
    if (contentType !== octets) throw new TusError(415, 'Content-Type header invalid\n');
    const claimed = header(exchange, 'upload-offset');
    if (claimed === undefined) throw new TusError(403, 'Upload-Offset header required\n');
    const upload = await find(id);
    if (!upload.finished) await checkMayWriteTus(writer, upload);
    const offset = await tus.offset(upload);
    if (upload.finished || Number(claimed) !== offset) throw new TusError(409, 'Upload-Offset conflict\n');
    const declared = header(exchange, 'upload-length');
    if (declared !== undefined && upload.length === undefined) {
      const row = await findBucket(database, upload.bucket);
      if (!/^\d+$/.test(declared) || Number(declared) < offset)
        throw new TusError(400, 'Upload-Length invalid\n');
      checkLength(Number(declared), row, maxFileBytes);
      upload.length = Number(declared);
      await tus.save(upload);
    }
    const end = await receiveBytes(context, tus, { exchange, upload, offset, signal });
    sendTus(exchange, 204, { 'upload-offset': end, ...(end === upload.length ? { 'tus-complete': 1 } : {}) });
  }

  async function terminate(exchange: Exchange, writer: Writer, id: string): Promise<void> {
    const upload = await find(id);
    if (upload.finished) throw new TusError(410, 'The file for this url no longer exists\n');
    await checkMayWriteTus(writer, upload);
    await tus.remove(upload.version);
    sendTus(exchange, 204, {});
  }

  return {
    options: (exchange: Exchange): void => sendTusOptions(exchange, maxFileBytes),
    async withToken(exchange: Exchange, caller: StorageCaller, id: string | undefined): Promise<void> {
      const upsert = isTrue(header(exchange, 'x-upsert'));
      await handle(exchange, { caller, sub: caller.sub, upsert, target: undefined }, '/upload/resumable', id);
    },
    async signed(exchange: Exchange, id: string | undefined): Promise<void> {
      const signature = header(exchange, 'x-signature');
      if (signature === undefined) throw new TusError(400, 'Missing x-signature header');
      const named = id === undefined ? undefined : decodeUploadId(id);
      const { url, upsert, owner } = await context.signer.verifyUpload(
        signature,
        named && `${named.bucket}/${named.key}`,
      );
      const writer = { caller: undefined, sub: owner, upsert, target: url };
      await handle(exchange, writer, '/upload/resumable/sign', id);
    },
  };
}
