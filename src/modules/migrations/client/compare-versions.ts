/** Orders versions by their numbers; what is no number comes after, as text. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left !== right) return left ? -1 : 1;
  if (left) {
    const [first, second] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
    const difference = first.length - second.length || compareTexts(first, second);
    if (difference !== 0) return difference;
  }
  return compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
