import type { ZodError } from 'zod';
import { AppError } from './app-error.ts';

interface BadInputOptions {
  /** What the issue says, where the error says it in other words. @default the error's message */
  readonly issue?: string;
  readonly cause?: unknown;
  /** Shown beside the issue, in `extensions`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * BAD_USER_INPUT with one issue, for the value at `path`: the argument first, then what is inside of it; an empty path
 * is the request as a whole. `message` is a sentence.
 */
export function badInput(path: readonly string[], message: string, options: BadInputOptions = {}): AppError {
  const { issue = message, cause, details } = options;
  return new AppError('BAD_USER_INPUT', message, {
    cause,
    details: { ...details, issues: [{ path, message: issue }] },
  });
}

/** BAD_USER_INPUT for an argument: `fault` goes on from its name, such as `filter: is too long`. */
export function badArgument(name: string, fault: string): AppError {
  return badInput([name], `${name}: ${fault}`, { issue: fault });
}

/** What marks an issue of a zod check that is a sentence and names its place: the error says it as it is. */
export const wholeSentence = { isSentence: true } as const;

/** BAD_USER_INPUT for what zod found, with an issue for each finding. The error says the first one. */
export function invalidInput({ issues: found }: Pick<ZodError, 'issues'>): AppError {
  const issues = found.map(({ path, message }) => ({ path: path.map(String), message }));
  const [first] = found;
  const isSentence = first?.code === 'custom' && first.params?.['isSentence'] === true;
  const where = first && first.path.length > 0 && !isSentence ? `${first.path.join('.')}: ` : '';
  return new AppError('BAD_USER_INPUT', `${where}${first?.message}`, { details: { issues } });
}
