import { ZodError, type ZodType } from 'zod';
import type { AppError } from '../../lib/app-error.ts';
import { invalidInput } from '../../lib/bad-input.ts';
import type { Context } from './context.ts';

/**
 * BAD_USER_INPUT for what zod found in the arguments of a field. Many mutations have the one argument `input`: places
 * are told from inside of it. Other errors are a check's own and stay as they are.
 */
export function argumentError(error: Error): AppError | Error {
  if (!(error instanceof ZodError)) return error;
  const issues = error.issues.map((issue) => {
    const [argument, ...inside] = issue.path;
    return argument === 'input' ? { ...issue, path: inside } : issue;
  });
  return invalidInput({ issues });
}

/** A zod schema for the arguments of a field, as the plugin takes it. */
interface Check<T> {
  readonly validate: { readonly schema: ZodType<T> };
}

type Resolver<Root, R> = (root: Root, args: object, context: Context) => R;

/**
 * Options of a field whose arguments `schema` reads: it checks them after access and rate limit, and `resolve` gets
 * what it made of them. (For an argument that is an input type, `validate` stands at the type.)
 */
export function checkedBy<T extends object, R, Root = unknown>(
  schema: ZodType<T>,
  resolve: (args: T, context: Context, root: Root) => R,
): Check<T> & { readonly resolve: Resolver<Root, R> } {
  return {
    validate: { schema },
    // The plugin hands on the schema's output, but Pothos types it as what came in.
    resolve: (root, args, context) => resolve(args as T, context, root),
  };
}

/** The same for a subscription: its arguments are checked before it begins. */
export function followedBy<T extends object, R>(
  schema: ZodType<T>,
  subscribe: (args: T, context: Context) => R,
): Check<T> & { readonly subscribe: Resolver<unknown, R> } {
  const { validate, resolve } = checkedBy(schema, subscribe);
  return { validate, subscribe: resolve };
}
