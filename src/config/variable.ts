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

/** Environment variables by name: each schema takes the text and gives the value. */
export type Variables = Readonly<Record<string, z.ZodType<unknown, string | undefined>>>;

/** What comes of reading them. */
export type ValuesOf<V extends Variables> = Readonly<z.output<ReturnType<typeof z.object<V>>>>;

const variableFacts = z.registry<VariableFacts>();

/** A variable with a default, whose text goes through the same schema. */
export function withDefault<T>(schema: z.ZodType<T, string>, facts: VariableFacts & { default: string }) {
  return schema.prefault(facts.default).register(variableFacts, facts);
}

/** A variable that may be absent. */
export function optional<T>(schema: z.ZodType<T, string>, facts: VariableFacts) {
  return schema.optional().register(variableFacts, facts);
}

/** Name and facts of a variable. */
export interface Variable extends VariableFacts {
  readonly name: string;
}

/** Name and facts of every variable, in the order of the table. */
export function listVariables(variables: Variables): Variable[] {
  return Object.entries(variables).map(([name, schema]) => {
    const facts = variableFacts.get(schema);
    if (facts === undefined) throw new Error(`${name} has no facts.`);
    return { name, ...facts };
  });
}
