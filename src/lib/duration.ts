const short = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of `500ms`, `30s`, `15m`, `1h`, `7d` or ISO 8601 (`PT30S`, `P1D`); undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 32) return undefined;
  const match = short.exec(text);
  const unit = match?.[2];
  if (match && unit) return finite(Number(match[1]) * (unitMs[unit] ?? Number.NaN));
  const parts = iso.exec(text);
  if (!parts || text === 'P' || text.endsWith('T')) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts;
  return finite(
    Number(days) * 86_400_000 +
      Number(hours) * 3_600_000 +
      Number(minutes) * 60_000 +
      Number(seconds) * 1_000,
  );
}

function finite(milliseconds: number): number | undefined {
  const rounded = Math.round(milliseconds);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** The shortest way to write whole milliseconds: 30000 -> `30s`. */
export function formatDuration(milliseconds: number): string {
  const unit = ['d', 'h', 'm', 's'].find((each) => milliseconds % (unitMs[each] ?? 1) === 0);
  return unit === undefined || milliseconds === 0
    ? `${milliseconds}ms`
    : `${milliseconds / (unitMs[unit] ?? 1)}${unit}`;
}
