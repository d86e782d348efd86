/** Who a statement runs for, as Postgres is told. Everything in it was verified before. */
export interface RowsCaller {
  /** A database role: `anon`, `authenticated`, `service_role`, or one of the operator's own. */
  readonly role: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Of the request, those that the operator lets policies see; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Its connections have a login of their own. */
export const serviceRole = 'service_role';

/** What a statement gave: see CompiledQuery. */
export interface RowsAnswer {
  /** As JSON. */
  readonly text: string | null;
  /** Indexes of lists that were cut. */
  readonly cut: string | null;
}
