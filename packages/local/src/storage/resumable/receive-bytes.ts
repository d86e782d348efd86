import type { StorageContext } from '../context.ts';
import { type Exchange, header } from '../exchange.ts';
import { commitObject, newMetadata } from '../object-rows.ts';
import { parseMetadata } from '../upload.ts';
import { TusError } from './tus-answer.ts';
import type { TusDepot, TusUpload } from './tus-depot.ts';

interface Receiving {
  readonly exchange: Exchange;
  readonly upload: TusUpload;
  readonly offset: number;
  readonly signal: AbortSignal;
}

/**
 * Takes a request's bytes at `offset`, and gives the offset after them; with the last ones the upload becomes an
 * object. A request whose `signal` aborts is broken off. Throws TusError and StorageError.
 */
export async function receiveBytes(
  context: StorageContext,
  tus: TusDepot,
  { exchange, upload, offset, signal }: Receiving,
): Promise<number> {
  const limit = upload.length ?? context.maxFileBytes;
  const exceeded = (): Error => new TusError(413, "upload's size exceeded\n");
  if (offset + Number(header(exchange, 'content-length') ?? 0) > limit) throw exceeded();
  const giveWay = (): void => {
    exchange.request.destroy();
  };
  signal.addEventListener('abort', giveWay, { once: true });
  const body = exchange.request.iterator({ destroyOnReturn: false });
  const end = await tus.append(upload.version, offset, body, limit, exceeded);
  signal.removeEventListener('abort', giveWay);
  if (end === upload.length) await finish(context, tus, upload);
  return end;
}

/** The object appears only now, and whole. */
async function finish({ database, depot }: StorageContext, tus: TusDepot, upload: TusUpload): Promise<void> {
  const bytes = await depot.adopt(tus.path(upload.version), upload.version);
  try {
    const { replaced } = await commitObject(database, {
      bucket: upload.bucket,
      key: upload.key,
      version: upload.version,
      sub: upload.sub,
      metadata: newMetadata(bytes, { mimetype: upload.contentType, cacheControl: upload.cacheControl }),
      userMetadata: parseMetadata(upload.userMetadata),
    });
    if (replaced !== undefined) await depot.remove([replaced]);
  } catch (error) {
    await depot.remove([upload.version]);
    await tus.remove(upload.version);
    throw error;
  }
  await tus.save({ ...upload, finished: true });
}
