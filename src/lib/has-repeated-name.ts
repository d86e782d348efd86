import { endOfString } from './lossless-json.ts';

/** True when an object's text, known to be valid JSON, has a name twice at its top level: JSON.parse keeps only one. */
export function hasRepeatedName(text: string): boolean {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (char === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && isFollowedByColon(text, end)) {
        const name = String(JSON.parse(text.slice(at, end)));
        if (seen.has(name)) return true;
        seen.add(name);
      }
      at = end - 1;
    }
  }
  return false;
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from;
  while (/\s/.test(text.charAt(at))) at += 1;
  return text.charAt(at) === ':';
}
