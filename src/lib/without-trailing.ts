/** `text` without the `char`s at its end. A pattern such as `/0+$/` tries at each of them anew. */
export function withoutTrailing(text: string, char: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === char) end -= 1;
  return text.slice(0, end);
}
