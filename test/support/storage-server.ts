import {
  type StorageServer,
  type StorageServerOptions,
  startStorageServer,
} from '../../packages/local/src/storage-server.ts';
import { makeTestFolder, silentLog, startTestPostgres, type TestPostgres } from './postgres.ts';

export interface TestStorageServer extends StorageServer, AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly keys: TestPostgres['keys'];
  /** Where its bytes lie. */
  readonly dataDir: string;
}

/** The local storage server on a Postgres and a folder of its own. */
export async function startTestStorageServer(
  options: Partial<StorageServerOptions> = {},
): Promise<TestStorageServer> {
  const postgres = await startTestPostgres();
  const dataDir = await makeTestFolder('storage');
  const server = await startStorageServer({
    postgresUrl: postgres.urlFor('supabase_storage_admin'),
    dataDir,
    keys: postgres.keys,
    log: silentLog,
    ...options,
  });
  const close = async () => {
    await server.close();
    await postgres.stop();
  };
  return {
    url: server.url,
    imageTransformation: server.imageTransformation,
    faults: server.faults,
    postgres,
    keys: postgres.keys,
    dataDir,
    close,
    [Symbol.asyncDispose]: close,
  };
}
