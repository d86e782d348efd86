import { isRecord } from '../lib/is-record.ts';

export interface SchemaOfRole {
  readonly role: string;
  /** Of a gateway that runs, such as `http://localhost:8000`. */
  readonly url: string;
  /** A service_role or secret key. */
  readonly key: string;
}

const timeoutMs = 30_000;

/** The SDL that a role has, as the gateway at `url` says. Throws a sentence for people. */
export async function schemaOfRole({ role, url, key }: SchemaOfRole): Promise<string> {
  const endpoint = new URL('graphql', url.endsWith('/') ? url : `${url}/`);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', apikey: key },
    body: JSON.stringify({
      query: 'query ($role: String!) { schemaText(role: $role) }',
      variables: { role },
    }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (isRecord(answer) && isRecord(answer['data']) && typeof answer['data']['schemaText'] === 'string') {
    return answer['data']['schemaText'];
  }
  throw new Error(`${endpoint.origin} gave no schema: ${firstMessage(answer) ?? `HTTP ${response.status}`}`);
}

function firstMessage(answer: unknown): string | undefined {
  const [first]: unknown[] = isRecord(answer) && Array.isArray(answer['errors']) ? answer['errors'] : [];
  return isRecord(first) && typeof first['message'] === 'string' ? first['message'] : undefined;
}
