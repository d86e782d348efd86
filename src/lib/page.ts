/** One page of a list that grows. */
export interface Page<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Set where the upstream gives it cheaply; a function is asked when needed. */
  readonly totalCount?: number | null | (() => Promise<number>);
}
