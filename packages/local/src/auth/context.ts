import type { LocalLog } from '../lib/log.ts';
import type { AuthSql } from './database.ts';
import type { Mailbox } from './mailbox.ts';
import type { AuthServerSettings } from './settings.ts';
import type { TokenSigner } from './tokens.ts';

/** What every handler of the local auth server works with. */
export interface AuthContext {
  readonly sql: AuthSql;
  readonly settings: AuthServerSettings;
  readonly signer: TokenSigner;
  readonly mailbox: Mailbox;
  readonly log: LocalLog;
  /** Where `redirect_to` falls back to. */
  readonly siteUrl: string;
  /** Where links in mails point to, without a trailing slash: the public `/auth/v1`. */
  externalUrl(): string;
}
