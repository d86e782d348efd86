import type { LocalLog } from '../lib/log.ts';
import type { ByteDepot } from './byte-depot.ts';
import type { Authenticate } from './caller.ts';
import type { StorageDatabase } from './database.ts';
import type { UrlSigner } from './url-signer.ts';

/** What the routes of the storage server stand on. */
export interface StorageContext {
  readonly database: StorageDatabase;
  readonly depot: ByteDepot;
  readonly authenticate: Authenticate;
  readonly signer: UrlSigner;
  readonly transformsImages: boolean;
  readonly log: LocalLog;
  /** Largest file of the whole server. */
  readonly maxFileBytes: number;
}
