import type { SchemaBuilder } from './builder.ts';

const values = {
  GET: { description: 'Read.' },
  HEAD: { description: 'Read the headers alone.' },
  POST: { description: 'Send.' },
  PUT: { description: 'Put in place of what is there.' },
  PATCH: { description: 'Change a part.' },
  DELETE: { description: 'Take away.' },
  OPTIONS: { description: 'Ask what is possible.' },
} as const;

function create(builder: SchemaBuilder) {
  return builder.enumType('HttpMethod', { description: 'Method of an HTTP request.', values });
}

const made = new WeakMap<SchemaBuilder, ReturnType<typeof create>>();

/** The enum HttpMethod, which more than one module uses; made once for each builder. */
export function httpMethodEnum(builder: SchemaBuilder): ReturnType<typeof create> {
  const existing = made.get(builder);
  if (existing !== undefined) return existing;
  const created = create(builder);
  made.set(builder, created);
  return created;
}
