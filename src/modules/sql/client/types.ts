export interface SqlColumn {
  readonly name: string;
  /** As `format_type` writes it, without length or precision. */
  readonly type: string;
  readonly typeOid: string;
  /** The table the column comes from; null for computed ones. */
  readonly tableOid: string | null;
}

export interface SqlResult {
  /** Objects without a prototype; made when first asked for. */
  readonly rows: Record<string, unknown>[];
  readonly values: unknown[][];
  readonly columns: SqlColumn[];
  readonly rowCount: number;
  readonly command: string;
  /** More rows than were asked for, or than the size limit lets through, were there. */
  readonly truncated: boolean;
  /** Milliseconds. */
  readonly duration: number;
}

export interface ExplainResult {
  /** As EXPLAIN (FORMAT JSON) gives it. */
  readonly plan: readonly unknown[];
  readonly text: string;
}
