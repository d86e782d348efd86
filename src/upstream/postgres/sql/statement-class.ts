import { type JsonObject, objectAt, objectsAt } from './parse-tree.ts';

/** What one statement of a text is, as far as it decides how the statement may be run. */
export interface StatementClass {
  /** For people, such as `INSERT` or `SET`. */
  readonly name: string;
  /** It only reads: SELECT, VALUES, TABLE, WITH … SELECT, SHOW, EXPLAIN. */
  readonly reads: boolean;
  /** A cursor can be declared for it. */
  readonly cursor: boolean;
  readonly explain: boolean;
  /**
   * `block`: it begins or ends a transaction, or prepares it for two-phase commit. `savepoint`: it divides one.
   * COMMIT PREPARED and ROLLBACK PREPARED are neither, they stand alone.
   */
  readonly transactionControl: 'block' | 'savepoint' | undefined;
  /** It may commit a part of its work before it ends. */
  readonly commitsParts: boolean;
  /** COPY FROM STDIN or TO STDOUT: it would take over the connection. */
  readonly copyStream: boolean;
  /** LISTEN: it needs a session that the caller does not have. */
  readonly listen: boolean;
  /** Where it stands in the text, in UTF-16 units, up to its semicolon. */
  readonly start: number;
  readonly end: number;
}

/** Reads the parser's answer for `text`. */
export function classifyStatements(tree: unknown, text: string): StatementClass[] {
  const statements = objectsAt(tree, 'stmts');
  const index = utf16Index(text);
  return statements.map((statement) => {
    const start = numberAt(statement, 'stmt_location') ?? 0;
    const length = numberAt(statement, 'stmt_len');
    const range = {
      start: index(start),
      end: length === undefined || length === 0 ? text.length : index(start + length),
    };
    const node = objectAt(statement, 'stmt') ?? {};
    const [kind = ''] = Object.keys(node);
    return { ...classify(kind, objectAt(node, kind) ?? {}), ...range };
  });
}

type Verdict = Omit<StatementClass, 'start' | 'end'>;

function classify(kind: string, body: JsonObject): Verdict {
  const plain: Verdict = {
    name: nameOf(kind, body),
    reads: false,
    cursor: false,
    explain: false,
    transactionControl: undefined,
    commitsParts: commitsParts(kind, body),
    copyStream: false,
    listen: false,
  };
  switch (kind) {
    case 'SelectStmt': {
      const reads = selectOnlyReads(body);
      return { ...plain, reads, cursor: reads };
    }
    case 'VariableShowStmt':
      return { ...plain, reads: true };
    case 'ExplainStmt':
      return { ...plain, explain: true, reads: !explainRuns(body) || explainedReads(body) };
    case 'TransactionStmt':
      return { ...plain, transactionControl: transactionControlOf(String(body['kind'])) };
    case 'CopyStmt':
      return { ...plain, copyStream: body['filename'] === undefined };
    case 'ListenStmt':
      return { ...plain, listen: true };
    default:
      return plain;
  }
}

function commitsParts(kind: string, body: JsonObject): boolean {
  switch (kind) {
    case 'CallStmt':
    case 'DoStmt':
    case 'VacuumStmt':
    case 'ClusterStmt':
    case 'ReindexStmt':
      return true;
    case 'IndexStmt':
    case 'DropStmt':
      return body['concurrent'] === true;
    case 'AlterTableStmt':
      // DETACH PARTITION … CONCURRENTLY
      return objectsAt(body, 'cmds').some((command) => {
        const definition = objectAt(objectAt(command, 'AlterTableCmd'), 'def');
        return objectAt(definition, 'PartitionCmd')?.['concurrent'] === true;
      });
    default:
      return false;
  }
}

function transactionControlOf(kind: string): Verdict['transactionControl'] {
  if (/_(COMMIT|ROLLBACK)_PREPARED$/.test(kind)) return undefined;
  return /_(SAVEPOINT|RELEASE|ROLLBACK_TO)$/.test(kind) ? 'savepoint' : 'block';
}

function selectOnlyReads(select: JsonObject): boolean {
  return !hasInto(select) && modifyingPart(select) === undefined && select['lockingClause'] === undefined;
}

/** In `select … into t union …` the INTO belongs to the leftmost part. */
function hasInto(select: JsonObject): boolean {
  let part: JsonObject | undefined = select;
  while (part !== undefined) {
    if (part['intoClause'] !== undefined) return true;
    part = objectAt(part, 'larg');
  }
  return false;
}

/** Postgres allows data-modifying WITH parts at the top level alone, so nothing deeper has to be looked at. */
function modifyingPart(select: JsonObject): string | undefined {
  for (const part of objectsAt(objectAt(select, 'withClause'), 'ctes')) {
    const query = objectAt(objectAt(part, 'CommonTableExpr'), 'ctequery') ?? {};
    const [kind = ''] = Object.keys(query);
    if (kind !== 'SelectStmt') return nameOf(kind, {});
  }
  return undefined;
}

function explainRuns(explain: JsonObject): boolean {
  return objectsAt(explain, 'options').some((option) => {
    const element = objectAt(option, 'DefElem');
    if (element?.['defname'] !== 'analyze') return false;
    const argument = objectAt(element, 'arg');
    if (argument === undefined) return true;
    return !/"(?:false|off)"|"(?:Integer|Boolean)":\{\}/i.test(JSON.stringify(argument));
  });
}

function explainedReads(explain: JsonObject): boolean {
  const select = objectAt(objectAt(explain, 'query'), 'SelectStmt');
  return select !== undefined && selectOnlyReads(select);
}

const names: Readonly<Record<string, string>> = {
  SelectStmt: 'SELECT',
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
  VariableShowStmt: 'SHOW',
  CreateStmt: 'CREATE TABLE',
  CreateTableAsStmt: 'CREATE TABLE AS',
  IndexStmt: 'CREATE INDEX',
  ViewStmt: 'CREATE VIEW',
  DeclareCursorStmt: 'DECLARE CURSOR',
  ClosePortalStmt: 'CLOSE',
  VacuumStmt: 'VACUUM',
};

function nameOf(kind: string, body: JsonObject): string {
  switch (kind) {
    case 'SelectStmt': {
      const modifying = modifyingPart(body);
      if (modifying !== undefined) return `WITH … ${modifying}`;
      if (hasInto(body)) return 'SELECT INTO';
      return body['lockingClause'] === undefined ? 'SELECT' : 'SELECT FOR UPDATE';
    }
    case 'VariableSetStmt':
      return String(body['kind']).startsWith('VAR_RESET') ? 'RESET' : 'SET';
    case 'TransactionStmt':
      return String(body['kind']).replace('TRANS_STMT_', '').replaceAll('_', ' ');
    case 'ExplainStmt':
      return explainRuns(body) ? 'EXPLAIN ANALYZE' : 'EXPLAIN';
    default:
      return names[kind] ?? spellOut(kind);
  }
}

/** `AlterTableStmt` -> `ALTER TABLE`. */
function spellOut(kind: string): string {
  return kind
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}

function numberAt(value: JsonObject, key: string): number | undefined {
  const found = value[key];
  return typeof found === 'number' ? found : undefined;
}

/** The parser counts bytes of UTF-8. Offsets must be asked for in rising order. */
function utf16Index(text: string): (bytes: number) => number {
  if (Buffer.byteLength(text) === text.length) return (bytes) => bytes;
  const buffer = Buffer.from(text);
  let atByte = 0;
  let atUnit = 0;
  return (bytes) => {
    atUnit += buffer.toString('utf8', atByte, bytes).length;
    atByte = bytes;
    return atUnit;
  };
}
