import { z } from 'zod';
import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { given } from '../../../lib/given.ts';
import { isJsonObject, type JsonObject } from '../../../lib/json-object.ts';
import type {
  ExplainedPolicy,
  ExplainedTable,
} from '../../../upstream/postgres/rows/explain/explain-tables.ts';
import type { RlsExplanation } from './operations-of-roles.ts';

const access = { auth: { requires: 'SERVICE_ROLE' } } as const;
const mostClaimsBytes = 16_384;

const role = z.string().min(1).max(63);
const object = z.custom<JsonObject>(isJsonObject);
const asker = z.object({
  role,
  claims: given(
    object.refine((claims) => JSON.stringify(claims).length <= mostClaimsBytes, {
      message: `must not be longer than ${mostClaimsBytes} characters of JSON`,
    }),
  ),
  headers: given(object),
});
type Asker = z.infer<typeof asker>;
const askedAs = z.object({
  operation: z.string().min(1),
  variables: given(object),
  // Its type has checked it.
  as: z.custom<Asker>(),
});

/** `rlsExplain`, `runAs` and `schemaText`: what other roles see, for those who hold the service role. */
export function addRoleFields(builder: SchemaBuilder): void {
  const explanation = addExplanation(builder);
  const as = builder.inputRef<Asker, false>('RlsExplainAs').implement({
    description: 'Who asks.',
    validate: { schema: asker },
    fields: (t) => ({
      role: t.string({
        required: true,
        description: 'A database role that callers have: `anon`, `authenticated`, or an extra one.',
      }),
      claims: t.field({
        type: 'JSONObject',
        required: false,
        description: 'The claims of the token, such as `{ sub: "…" }`; `role` is added to them.',
      }),
      headers: t.field({
        type: 'JSONObject',
        required: false,
        description:
          'Headers that came with the request, of those that ROWS_REQUEST_HEADERS names. Those of this one do not count.',
      }),
    }),
  });
  const args = () =>
    builder.args((arg) => ({
      operation: arg.string({ required: true, description: 'A query of `db` alone.' }),
      variables: arg.field({ type: 'JSONObject', required: false, description: 'Its variables.' }),
      as: arg.field({ type: as, required: true, description: 'As whom it runs.' }),
    }));

  builder.queryField('rlsExplain', (t) =>
    t.field({
      type: explanation,
      nullable: true,
      description:
        'Why a query of `db` gives what it gives: of each table that it touches how many rows there are, how many the caller sees, and how many each policy lets through. Changes nothing.',
      directives: access,
      cost: { own: 100 },
      args: args(),
      ...checkedBy(askedAs, (asked, context) => context.services.rows.rlsExplain(asked, context)),
    }),
  );
  builder.queryField('runAs', (t) =>
    t.field({
      type: 'JSON',
      nullable: true,
      description: 'The data of a query of `db` as somebody else gets it. Changes nothing.',
      directives: access,
      cost: { own: 20 },
      args: args(),
      ...checkedBy(askedAs, (asked, context) => context.services.rows.runAs(asked, context)),
    }),
  );
  builder.queryField('schemaText', (t) =>
    t.string({
      nullable: true,
      description: 'The SDL of the schema that a database role has, `db` included.',
      directives: access,
      cost: { own: 20 },
      args: { role: t.arg.string({ required: true, description: 'Such as `authenticated`.' }) },
      ...checkedBy(z.object({ role }), (asked, context) => context.services.rows.schemaText(asked.role)),
    }),
  );
}

function addExplanation(builder: SchemaBuilder) {
  const policy = builder.objectRef<ExplainedPolicy>('RlsExplainedPolicy').implement({
    description: 'A policy that counts when rows are read.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      command: t.exposeString('command', { description: '`SELECT` or `ALL`.' }),
      permissive: t.exposeBoolean('permissive', {
        description:
          'A row is visible when one permissive policy or more lets it through, and all others do, too.',
      }),
      passed: t.int({
        nullable: true,
        description:
          'How many of the rows that were counted it lets through. Null where it is not for this role, or cannot be tried by itself.',
        resolve: ({ passed }) => passed ?? null,
      }),
      missingClaims: t.exposeStringList('missingClaims', {
        description: 'Claims that it reads, as far as that can be told from its text, and that are null.',
      }),
    }),
  });
  const table = builder.objectRef<ExplainedTable>('RlsExplainedTable').implement({
    description: 'A table that is touched, by the query itself or by a policy or a view.',
    fields: (t) => ({
      table: t.exposeString('table', { description: 'With its schema.' }),
      rows: t.int({
        nullable: true,
        description:
          'How many rows there are, counted to 10,000. Null where the gateway’s own login may not count them.',
        resolve: ({ rows }) => rows ?? null,
      }),
      atLeast: t.exposeBoolean('atLeast', {
        description: 'There are more rows than were counted: all numbers are of the first 10,000, at least.',
      }),
      visible: t.int({
        nullable: true,
        description:
          'How many of them the caller sees, counted to 10,000. Null where he has no right to read the table.',
        resolve: ({ visible }) => visible ?? null,
      }),
      policies: t.field({
        type: [policy],
        description: 'Empty where row level security does not bind the role; see `visible`.',
        resolve: ({ policies }) => policies,
      }),
    }),
  });
  return builder.objectRef<RlsExplanation>('RlsExplanation').implement({
    description: 'Why a query gives what it gives.',
    fields: (t) => ({
      tables: t.field({
        type: [table],
        description: 'First those that the query names, then those that policies and views read; at most 20.',
        resolve: ({ tables }) => tables,
      }),
      answer: t.field({
        type: 'JSON',
        nullable: true,
        description: 'The data that the caller gets.',
        resolve: ({ answer }) => answer,
      }),
    }),
  });
}
