import { type GraphQLResponse, ROOT_ID } from 'relay-runtime';

/** For `new Environment({ getDataID, … })`: ids of two tables may be equal. */
export function getDataID(row: Readonly<Record<string, unknown>>, type: string): string | undefined {
  // A live list is the list of the query with the same arguments.
  if (type === 'DbSubscription') return `${ROOT_ID}:db`;
  // Rows whose key is not `id`.
  if (type === 'MembersRow') return `${type}:${row['teamId']}:${row['userId']}`;
  return row['id'] === undefined ? undefined : `${type}:${row['id']}`;
}

export interface Answer {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}

/** For the functions of `Network.create`: a `db` that failed is null, which would empty all other queries of `db`. */
export function withoutErrors({ data, errors: [error] = [] }: Answer): GraphQLResponse {
  if (error) throw new Error(error.message, { cause: error });
  return { data: data ?? {} };
}
