/** One reading statement of the catalogues; `Row` is what it gives, `$1` and on are its parameters as text. */
export interface CatalogueStatement<Row> {
  readonly text: string;
  /** Each connection plans it once, and not anew for each call. */
  readonly keepsPlan: boolean;
  /** Never set: it carries the type of the rows. */
  readonly row?: Row;
}

/** A statement about the items that many tables have: `$1` is an array of the tables' numbers. */
export interface FacetStatement<Item> extends CatalogueStatement<FacetRow<Item>> {
  /** What is null only when the item was dropped while the statement ran. */
  readonly given: readonly (keyof Item)[];
}

/** One item of one table. A table that is there but has no items gives one row with `present: false`. */
export type FacetRow<Item> = Item & { readonly tableId: string; readonly present: boolean };

/** Declares a statement together with the rows it gives. */
export function catalogueStatement<Row>(text: string): CatalogueStatement<Row> {
  return { text, keepsPlan: false };
}

/** As `catalogueStatement`, about tables. */
export function facetStatement<Item>(given: readonly (keyof Item)[], text: string): FacetStatement<Item> {
  return { ...catalogueStatement(text), given };
}

/** For what takes longer to plan than to run, and whose plan does not depend on how much is asked. */
export function keepingPlan<Row>(statement: CatalogueStatement<Row>): CatalogueStatement<Row> {
  return { ...statement, keepsPlan: true };
}

const amongNumbers = '= any ($1::oid[])';

/**
 * The same statement about one table alone, whose number is `$1`. For one table planning takes several times as long as
 * running, so the plan is kept; for many it depends on how many they are.
 */
export function aboutOneTable<Row>({ text }: CatalogueStatement<Row>): CatalogueStatement<Row> {
  return keepingPlan(catalogueStatement(text.replaceAll(amongNumbers, '= $1::oid')));
}
