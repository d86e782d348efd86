/** The beginning of a text that a caller may have written, with a sign where more followed. */
export function shortText(text: string, mostCharacters: number): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
