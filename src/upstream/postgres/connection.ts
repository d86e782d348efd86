import type { Socket } from 'node:net';
import type { PostgresAddress } from '../../lib/postgres-url.ts';
import type { MessageFilter } from './message-filter.ts';
import type { PlainSql } from './postgres-sql.ts';

/** A notice of Postgres, by the names of its fields. */
export type PostgresNotice = Readonly<Record<string, string>>;

/** One connection. It is never reopened. */
export interface PostgresDriver<Sql extends PlainSql> {
  readonly sql: Sql;
  readonly closed: boolean;
  /** Calls back once, when the connection is gone for whatever reason; at once when it is gone already. */
  onClose(callback: () => void): void;
  /** Ends the connection at once; what was sent and not answered rejects. */
  destroy(): void;
  /** Says goodbye to Postgres, then ends. */
  end(): Promise<void>;
}

export interface DriverOptions {
  readonly address: PostgresAddress;
  /** For the driver's error messages: it is `openSocket` that connects. */
  readonly port: number;
  readonly openSocket: () => Promise<Socket>;
  /** Startup parameters beside user and database. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether statements may be prepared by name on it. */
  readonly mayPrepare: boolean;
  readonly filter: MessageFilter;
  /** After the driver has taken so many bytes that `filter` passed. */
  readonly onReceived: (bytes: number) => void;
  readonly onNotice: (notice: PostgresNotice) => void;
  readonly onNotify: (channel: string, payload: string) => void;
}
