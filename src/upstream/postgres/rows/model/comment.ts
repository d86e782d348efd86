import { z } from 'zod';
import { shortText } from '../../../../lib/short-text.ts';
import { isLegalName } from './names.ts';

const name = z.string().refine(isLegalName, 'is no name that GraphQL can carry');
const columns = z.array(z.string()).min(1);

// Both spellings: ours, and that of pg_graphql, whose comments are in many databases.
const virtualForeignKey = z.union([
  z.object({
    columns,
    schema: z.string().optional(),
    table: z.string(),
    references: columns,
    name: name.optional(),
    otherName: name.optional(),
  }),
  z
    .object({
      local_columns: columns,
      foreign_schema: z.string().optional(),
      foreign_table: z.string(),
      foreign_columns: columns,
      foreign_name: name.optional(),
      local_name: name.optional(),
    })
    .transform((key) => ({
      columns: key.local_columns,
      schema: key.foreign_schema,
      table: key.foreign_table,
      references: key.foreign_columns,
      name: key.foreign_name,
      otherName: key.local_name,
    })),
]);

export type VirtualForeignKey = z.output<typeof virtualForeignKey>;

const directive = z
  .object({
    name: name.optional(),
    description: z.string().optional(),
    hide: z.boolean().optional(),
    /** Of a foreign key: the field that leads to the row it refers to, and the one that leads back. */
    foreign_name: name.optional(),
    local_name: name.optional(),
    /** Of a function that returns records of any kind: names and types of their columns. */
    columns: z.record(z.string(), z.string()).optional(),
    /** Of an enum: names of its labels. */
    mappings: z.record(z.string(), name).optional(),
    primaryKey: columns.optional(),
    primary_key_columns: columns.optional(),
    foreignKeys: z.array(virtualForeignKey).optional(),
    foreign_keys: z.array(virtualForeignKey).optional(),
  })
  .transform(({ primary_key_columns, foreign_keys, foreign_name, local_name, ...rest }) => ({
    ...rest,
    foreignName: foreign_name,
    localName: local_name,
    primaryKey: rest.primaryKey ?? primary_key_columns,
    foreignKeys: rest.foreignKeys ?? foreign_keys ?? [],
  }));

type Directive = z.output<typeof directive>;

/** What the comment on an object says of it: a text for people, and what is in `@graphql({…})`. */
export interface Comment extends Omit<Directive, 'description'> {
  readonly description: string | undefined;
}

const nothingSaid = { foreignName: undefined, localName: undefined, primaryKey: undefined, foreignKeys: [] };
const opening = '@graphql(';

/** Reads pg_graphql's syntax. What cannot be read is told to `fault`, and belongs to the description. */
export function readComment(text: string | null, fault: (what: string) => void): Comment {
  const plain = text ?? '';
  const at = plain.indexOf(opening);
  if (at === -1) return { ...nothingSaid, description: describe(plain) };
  const from = at + opening.length;
  const end = endOfObject(plain, from);
  const close = plain.indexOf(')', end);
  const isClosed = close !== -1 && plain.slice(end, close).trim() === '';
  const said = isClosed ? readDirective(plain.slice(from, end)) : 'has no end';
  if (typeof said === 'string') {
    fault(`the @graphql(…) of its comment ${said}`);
    return { ...nothingSaid, description: describe(plain) };
  }
  const rest = `${plain.slice(0, at)}${plain.slice(close + 1)}`;
  return { ...said, description: describe(said.description ?? rest) };
}

/** The most characters of a description that everybody is shown. */
const longestDescription = 4_000;

function describe(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : shortText(trimmed, longestDescription);
}

function readDirective(text: string): Directive | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  const read = directive.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return shortText(
    `is wrong at ${JSON.stringify(issue?.path.join('.') ?? '')}: ${issue?.message ?? ''}`,
    200,
  );
}

/** Index after the JSON object that begins at `from`, by its braces; the text's length where it has no end. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
