import {
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  Location,
  parse,
  type SourceLocation,
} from 'graphql';

/** Where nodes of a document stand in its text. */
export type Locate = (nodes: readonly ASTNode[]) => readonly SourceLocation[];

/**
 * Documents are kept without locations, which take more memory than all the rest. Whoever has errors to report has the
 * text parsed once more, which gives the same tree with them. Asked for often, it parses once.
 */
export function createLocate(document: DocumentNode, text: string): Locate {
  let starts: Map<unknown, number> | undefined;
  let lines: readonly number[] | undefined;
  const locationOf = (node: ASTNode): readonly SourceLocation[] => {
    if (starts === undefined) {
      starts = new Map();
      collectStarts(document, parse(text), starts);
    }
    const start = starts.get(node);
    if (start === undefined) return [];
    lines ??= lineStarts(text);
    const line = lineOf(lines, start);
    return [{ line, column: start - (lines[line - 1] ?? 0) + 1 }];
  };
  return (nodes) => nodes.flatMap(locationOf);
}

/** Says where an error stands that graphql was not told the places of. */
export function placed(error: GraphQLError, locations: readonly SourceLocation[] | undefined): GraphQLError {
  if (locations !== undefined && locations.length > 0) Reflect.set(error, 'locations', locations);
  return error;
}

/** Two trees of one text differ in nothing but their locations. */
function collectStarts(bare: unknown, located: unknown, into: Map<unknown, number>): void {
  if (typeof bare !== 'object' || bare === null || typeof located !== 'object' || located === null) return;
  if ('loc' in located && located.loc instanceof Location) into.set(bare, located.loc.start);
  for (const key of Object.keys(bare)) {
    collectStarts(Reflect.get(bare, key), Reflect.get(located, key), into);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { 0: end, index } of text.matchAll(/\r\n|[\n\r]/g)) starts.push(index + end.length);
  return starts;
}

/** The number, from 1, of the last line that begins at or before `position`. */
function lineOf(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return low + 1;
}
