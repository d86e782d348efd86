import type { Grants } from '../../upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../upstream/postgres/rows/model/model.ts';
import type { RowsRunner } from '../../upstream/postgres/rows/run/rows-runner.ts';
import type { StateSource } from './client/state-watch.ts';

export interface DiagnoseDeps {
  readonly runner: Pick<RowsRunner, 'check'>;
  readonly source: Pick<StateSource, 'read'>;
  readonly callerRoles: readonly string[];
}

const lookMs = 10_000;

/** What keeps callers from `db`, in sentences for an operator. Never rejects. */
export async function diagnoseRows(deps: DiagnoseDeps): Promise<readonly string[]> {
  const [ofLogin, ofTables] = await Promise.all([
    loginProblems(deps).catch((error: unknown) => [`DATABASE_URL_ROWS: ${messageOf(error)}`]),
    tableProblems(deps).catch((error: unknown) => [`DATABASE_URL: ${messageOf(error)}`]),
  ]);
  return [...ofLogin, ...ofTables];
}

async function loginProblems({ runner, callerRoles }: DiagnoseDeps): Promise<readonly string[]> {
  const { bypassing, outOfReach } = await runner.check(callerRoles, lookMs);
  return [
    ...outOfReach.map(
      (role) =>
        `The login of DATABASE_URL_ROWS may not become ${role}: grant it that role, or make the role.`,
    ),
    ...bypassing.map(
      (role) => `The login of DATABASE_URL_ROWS may become ${role}, which row level security does not bind.`,
    ),
  ];
}

async function tableProblems({ source, callerRoles }: DiagnoseDeps): Promise<readonly string[]> {
  const { model, grants, searchPath } = await source.read();
  const schemas = searchPath.join(', ');
  return callerRoles
    .filter((role) => !mayUseAny(model, grants.get(role)))
    .map((role) => `${role} may use no table and no function of ${schemas}: callers with it have no \`db\`.`);
}

function mayUseAny({ tables, functions }: RowsModel, grants: Grants | undefined): boolean {
  if (grants === undefined) return false;
  return (
    functions.some((fn) => grants.mayCall(fn)) ||
    tables.some(
      (table) => grants.mayInsertInto(table) || table.columns.some((column) => grants.mayRead(table, column)),
    )
  );
}

/** With what Postgres said, which callers never hear. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
