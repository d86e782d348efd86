/** One reading statement of the catalogues; `Row` is what it gives, `$1` and on are its parameters as text. */
export interface CatalogueStatement<Row> {
  readonly text: string;
  /** Never set: it carries the type of the rows. */
  readonly row?: Row;
}

/** A statement about many tables at once: `$1` is an array of their numbers. */
export type FacetStatement<Item> = CatalogueStatement<FacetRow<Item>>;

/** One item of one table. A table that is there but has no items gives one row with `present: false`. */
export type FacetRow<Item> = Item & { readonly tableId: string; readonly present: boolean };

/** Declares a statement together with the rows it gives. */
export function catalogueStatement<Row>(text: string): CatalogueStatement<Row> {
  return { text };
}
