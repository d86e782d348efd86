const commentEdge = /\/\*|\*\//g;

/** Where the line after the one of `at` begins. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** Where the comment ends whose `/*` stands at `at`; comments nest. The end of the text where it is left open. */
export function endOfComment(text: string, at: number): number {
  let depth = 0;
  commentEdge.lastIndex = at;
  for (let edge = commentEdge.exec(text); edge !== null; edge = commentEdge.exec(text)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return commentEdge.lastIndex;
  }
  return text.length;
}

/** How many lines end between two places. */
export function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The line, from 1, of a position in UTF-16 units. */
export function lineAt(text: string, position: number): number {
  return 1 + newlines(text, 0, position);
}

/** How many UTF-16 units the first `characters` of a text take: Postgres counts the one, JavaScript the other. */
export function unitsOf(text: string, characters: number): number {
  let units = 0;
  for (let left = characters; left > 0 && units < text.length; left -= 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}
