import { notConfigured } from '../../../lib/not-configured.ts';
import type { HttpUpstream, UpstreamResponse } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import { sqlTooLarge, toMetaError } from './errors.ts';
import { type FormatArguments, largestBodyBytes, type TypesArguments, typeLanguages } from './input.ts';

export interface MetaClientDeps {
  /** Undefined where no postgres-meta is configured: every method is then NOT_CONFIGURED. */
  readonly upstream: HttpUpstream | undefined;
  /** It lies behind Supabase's gateway, which wants a service key; by itself it asks for nothing. */
  readonly behindGateway: boolean;
}

/** What postgres-meta alone does. It has no authentication of its own: its fields are for SERVICE_ROLE. */
export interface MetaClient {
  /**
   * Source text with the types of the tables, views, functions and enums of some schemas. Throws NOT_CONFIGURED,
   * UPSTREAM_UNAVAILABLE, UPSTREAM_ERROR, TIMEOUT.
   */
  types(args: TypesArguments, call: Call): Promise<string>;
  /** SQL in the formatter's layout. Throws as `types`, and BAD_SQL and PAYLOAD_TOO_LARGE. */
  format(args: FormatArguments, call: Call): Promise<string>;
}

/** Milliseconds for types: it opens a connection of its own and reads whole catalogues. */
const typesTimeoutMs = 30_000;

export function createMetaClient(deps: MetaClientDeps): MetaClient {
  const credentials = deps.behindGateway ? 'caller' : 'none';

  function upstream(): HttpUpstream {
    if (deps.upstream === undefined)
      throw notConfigured('META', 'postgres-meta is not part of this deployment.');
    return deps.upstream;
  }

  return {
    async types({ language, schemas }, call) {
      const answer = await upstream().request({
        method: 'GET',
        path: `/generators/${typeLanguages[language]}`,
        query: { included_schemas: (schemas ?? ['public']).join(',') },
        credentials,
        timeoutMs: typesTimeoutMs,
        call,
      });
      return textOf(answer, 'types');
    },
    async format({ sql }, call) {
      const body = { query: sql };
      if (Buffer.byteLength(JSON.stringify(body)) > largestBodyBytes) throw sqlTooLarge();
      const answer = await upstream().request({
        method: 'POST',
        path: '/query/format',
        body,
        credentials,
        idempotent: true,
        call,
      });
      return textOf(answer, 'format');
    },
  };
}

function textOf(answer: UpstreamResponse, call: 'types' | 'format'): string {
  // A success is text; JSON is how failures come.
  if (answer.status !== 200 || answer.body !== undefined) throw toMetaError(answer, call);
  return answer.text;
}
