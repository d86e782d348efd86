import type { Relation } from '../model/model.ts';
import type { RowScope } from './row-scope.ts';

/** A row of which something is selected. */
export interface SelectedRow {
  readonly scope: RowScope;
  /** Of one that the statement itself reads from its table, where row level security binds the caller. */
  readonly origin: { readonly cameFrom: Way | undefined } | undefined;
}

/** A relation, and the row that it was followed from, which was read from its table, too. */
export interface Way {
  readonly row: SelectedRow;
  readonly relation: Relation;
}

/**
 * The row that `relation` leads back to, where it is the one that `row` was reached from: it has been read under all that
 * binds the caller, by the same snapshot, and need not be looked up again.
 */
export function rowBehind({ origin }: SelectedRow, relation: Relation): SelectedRow | undefined {
  const way = origin?.cameFrom;
  return way !== undefined && areEnds(way.relation, relation) ? way.row : undefined;
}

/** Whether they are the two ends of one key. */
function areEnds(one: Relation, other: Relation): boolean {
  return (
    one.through === undefined &&
    other.through === undefined &&
    one.columns === other.otherColumns &&
    one.otherColumns === other.columns
  );
}
