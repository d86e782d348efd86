import { type ExecutionResult, GraphQLError } from 'graphql';
import { z } from 'zod';
import { JsonText } from '../../kit/json-text.ts';
import { placed } from '../document/locations.ts';

const location = z.object({ line: z.number(), column: z.number() });
const anything = z.record(z.string(), z.unknown());

const keptSchema = z.object({
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        locations: z.array(location).optional(),
        extensions: anything,
      }),
    )
    .optional(),
  /** The text of each root field. */
  data: z.array(z.tuple([z.string(), z.string()])),
  extensions: anything.optional(),
});

/** A result that a client got, as a text to keep. */
export function textOfResult({ errors, data, extensions }: ExecutionResult): string {
  return JSON.stringify({
    errors: errors?.map((error) => error.toJSON()),
    data: Object.entries(data ?? {}).map(([name, value]) => [
      name,
      value instanceof JsonText ? value.text : JSON.stringify(value),
    ]),
    extensions,
  });
}

/** The same result, byte for byte as it will be written out: no value of it is read. */
export function resultOfText(text: string): ExecutionResult {
  const { errors, data, extensions } = keptSchema.parse(JSON.parse(text));
  return {
    ...(errors && {
      errors: errors.map(({ message, path, locations, extensions: said }) =>
        placed(new GraphQLError(message, { path: path ?? null, extensions: said }), locations),
      ),
    }),
    data: Object.fromEntries(data.map(([name, value]) => [name, new JsonText(value)])),
    ...(extensions && { extensions }),
  };
}

/** Says of a result that it is that of an earlier call. */
export function asReplayed(result: ExecutionResult): ExecutionResult {
  return { ...result, extensions: { ...result.extensions, idempotencyReplayed: true } };
}
