import type { JsonPair } from './json-object.ts';
import { writesOnce } from './output.ts';
import type { ConnectionSelected, Selected } from './query.ts';
import type { RowScope } from './row-scope.ts';
import type { Statement } from './statement.ts';

/** What a row becomes in the answer. */
export interface RowShape {
  /** In the order of the answer. */
  readonly pairs: readonly JsonPair[];
  /** What has to be joined to the row for the sake of `cuts`; lists that cannot be cut are sub-selects among the pairs. */
  readonly joins: string;
  readonly cuts: readonly Cut[];
}

/** Says that a list within was cut. */
export interface Cut {
  readonly name: string;
  readonly sql: string;
}

/** A statement that selects of rows, which hold rows and lists in their turn. */
export interface RowStatement extends Statement {
  /** The object of the row of `scope`; `path` leads to it in the answer. */
  selectRow(scope: RowScope, select: readonly Selected[], path: readonly string[]): RowShape;
}

export function passCut({ name, sql }: Cut): string {
  return `${sql} as ${name}`;
}

/** Over rows `o`. */
export function anyCut({ name }: Cut, filter = ''): string {
  return `pg_catalog.bool_or(o.${name})${filter} as ${name}`;
}

/** True where a list somewhere within has no limit of the caller's. */
export function mayBeCut(select: readonly Selected[]): boolean {
  return select.some((selected) => {
    switch (selected.kind) {
      case 'one':
        return mayBeCut(selected.select);
      case 'many':
        return selected.page.limit === undefined || mayBeCut(selected.select);
      case 'manyConnection':
        return selected.connection.select.some(holdsCut);
      case 'computed':
        return (
          (selected.fn.setReturning && selected.page?.limit === undefined) || mayBeCut(selected.select ?? [])
        );
      default:
        return false;
    }
  });
}

function holdsCut(selected: ConnectionSelected): boolean {
  if (selected.kind === 'nodes') return mayBeCut(selected.select);
  return (
    selected.kind === 'edges' && selected.select.some((part) => part.kind === 'node' && mayBeCut(part.select))
  );
}

/** True where all that is selected of a row is its own. */
export function isFlat(select: readonly Selected[]): boolean {
  return select.every(({ kind }) => kind === 'typename' || kind === 'column');
}

/** True of a computed field that needs no more than a call; of others the function would be called more than once. */
export function isInline({ fn, select }: Extract<Selected, { kind: 'computed' }>): boolean {
  return (
    fn.returns.kind === 'value' && !fn.setReturning && select === undefined && writesOnce(fn.returns.type)
  );
}
