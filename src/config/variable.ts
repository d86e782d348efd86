import { z } from 'zod';

/** What the reference and the error messages say about a variable. */
export interface VariableFacts {
  group: string;
  description: string;
  /** Completes "NAME must be …". */
  shape: string;
  /** As it would be written in the environment. */
  default?: string;
  /** Never shown; can be given as NAME_FILE too. */
  secret?: boolean;
  /** Other names that are accepted. */
  aliases?: readonly string[];
}

export const variableFacts = z.registry<VariableFacts>();

/** A variable with a default, whose text goes through the same schema. */
export function withDefault<T>(schema: z.ZodType<T, string>, facts: VariableFacts & { default: string }) {
  return schema.prefault(facts.default).register(variableFacts, facts);
}

/** A variable that may be absent. */
export function optional<T>(schema: z.ZodType<T, string>, facts: VariableFacts) {
  return schema.optional().register(variableFacts, facts);
}
