import type {
  ConnectionSelected,
  ReadQuery,
  Selected,
} from '../../../upstream/postgres/rows/compile/query.ts';
import type { WriteQuery } from '../../../upstream/postgres/rows/compile/write-query.ts';

/** Whether a query calls a function by its name: it may leave something behind in its session. */
export function callsFunction(query: ReadQuery): boolean {
  switch (query.kind) {
    case 'call':
      return true;
    case 'row':
      return query.select.some(selectsFunction);
    case 'rows':
      return (
        query.from.call !== undefined || query.select.some(selectsFunction) || ordersByFunction(query.page)
      );
    case 'connection':
      return connectionCalls(query);
    default:
      return query.from.call !== undefined;
  }
}

/** The same of what is written and answered about it. */
export function writeCallsFunction(query: WriteQuery): boolean {
  if (query.kind === 'changingCall') return true;
  const { answer } = query;
  if (answer.kind === 'row') return answer.select.some(selectsFunction);
  return answer.select.some((part) => part.kind === 'returning' && part.select.some(selectsFunction));
}

function selectsFunction(selected: Selected): boolean {
  switch (selected.kind) {
    case 'computed':
      return true;
    case 'one':
      return selected.select.some(selectsFunction);
    case 'many':
      return selected.select.some(selectsFunction) || ordersByFunction(selected.page);
    case 'manyConnection':
      return connectionCalls(selected.connection);
    default:
      return false;
  }
}

type Ordered = Pick<Extract<ReadQuery, { kind: 'connection' }>, 'orderBy'>;

function connectionCalls(connection: Ordered & { readonly select: readonly ConnectionSelected[] }): boolean {
  return ordersByFunction(connection) || connection.select.some(partCalls);
}

function partCalls(part: ConnectionSelected): boolean {
  if (part.kind === 'nodes') return part.select.some(selectsFunction);
  return (
    part.kind === 'edges' &&
    part.select.some((inner) => inner.kind === 'node' && inner.select.some(selectsFunction))
  );
}

function ordersByFunction({ orderBy }: Ordered): boolean {
  return orderBy.some(({ by }) => by.kind === 'computed');
}
