import DataLoader from 'dataloader';
import type { Context } from '../../../graphql/kit/context.ts';
import { AppError } from '../../../lib/app-error.ts';
import { maxPaths, type SigningTime } from '../client/input.ts';
import { createLookups } from '../client/lookups.ts';
import { pathFault } from '../client/object-path.ts';
import type { Bucket, StoredFile } from '../client/types.ts';

interface FileKey {
  readonly bucket: string;
  readonly path: string;
}

const fileKey = ({ bucket, path }: FileKey): string => JSON.stringify([bucket, path]);

/** What an earlier answer left out of a file; null where the caller may not see it. */
export function createFileLoader({ services, call }: Context) {
  return new DataLoader<FileKey, StoredFile | null, string>(
    async (keys) =>
      await Promise.all(
        keys.map(({ bucket, path }) => services.storage.file(bucket, path, call).catch(nullOrError)),
      ),
    { cacheKeyFn: fileKey },
  );
}

/** Null where the bucket is hidden from the caller. */
export function createBucketLoader({ services, call }: Context) {
  return new DataLoader<string, Bucket | null>(
    async (ids) => await Promise.all(ids.map((id) => services.storage.bucket(id, call).catch(nullOrError))),
  );
}

function nullOrError(error: unknown): null | Error {
  if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
  return error instanceof Error ? error : new Error('a load failed', { cause: error });
}

interface SignKey extends FileKey {
  readonly expiresIn: SigningTime;
}

/** Signs every URL that one operation asks for in one upstream call per bucket and time. */
export function createSignLoader({ services, call, loaders }: Context) {
  return new DataLoader<SignKey, string | null, string>(
    async (keys) => {
      const groups = new Map<string, SignKey[]>();
      // One file with a name that nobody can ask for must not take the URLs of the others along.
      for (const key of keys.filter(({ path }) => pathFault(path) === undefined)) {
        const group = groups.get(groupOf(key));
        if (group) group.push(key);
        else groups.set(groupOf(key), [key]);
      }
      const answers = new Map<string, string | null | Error>();
      const ask = async (group: SignKey[]): Promise<void> => {
        for (let start = 0; start < group.length; start += maxPaths) {
          await askSome(group.slice(start, start + maxPaths));
        }
      };
      const askSome = async (some: SignKey[]): Promise<void> => {
        const [{ bucket, expiresIn } = { bucket: '', expiresIn: undefined }] = some;
        const paths = some.map(({ path }) => path);
        try {
          const signed = await services.storage.signUrls({ bucket, paths, expiresIn }, call);
          signed.forEach(({ url }, index) => {
            const key = some[index];
            if (key) answers.set(signKey(key), url);
          });
        } catch (error) {
          const told = error instanceof Error ? error : new Error('signing failed', { cause: error });
          for (const key of some) answers.set(signKey(key), told);
        }
      };
      await Promise.all([...groups.values()].map(ask));
      return keys.map((key) => answers.get(signKey(key)) ?? null);
    },
    {
      cacheKeyFn: signKey,
      batchScheduleFn: (dispatch) => loaders.get(createLookups).whenSettled(dispatch),
    },
  );
}

function signKey(key: SignKey): string {
  return groupOf(key) + fileKey(key);
}

function groupOf({ bucket, expiresIn }: SignKey): string {
  return JSON.stringify([bucket, expiresIn]);
}
