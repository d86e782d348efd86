import { type ASTNode, BREAK, type DocumentNode, visit } from 'graphql';

/** The names that lead to a value of a document: its argument, then fields and indexes inside it. */
export function literalPlace(document: DocumentNode, value: ASTNode): string[] {
  const place: string[] = [];
  visit(document, {
    enter(node, _key, _parent, path) {
      if (node !== value) return undefined;
      let above: unknown = document;
      let list = '';
      for (const key of path) {
        above = typeof above === 'object' && above !== null ? Reflect.get(above, key) : undefined;
        if (typeof key === 'number' && list === 'values') place.push(String(key));
        else if (isNamedValue(above)) place.push(above.name.value);
        list = String(key);
      }
      return BREAK;
    },
  });
  return place;
}

function isNamedValue(node: unknown): node is { name: { value: string } } {
  const kind: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'kind') : undefined;
  return kind === 'Argument' || kind === 'ObjectField';
}
