/** `text` with its percent-escapes decoded; undefined for a broken one. */
export function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
