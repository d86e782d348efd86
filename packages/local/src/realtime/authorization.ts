import type { Sql } from 'postgres';
import type { JsonText } from './wire/raw-json.ts';
import type { Claims } from './wire/token.ts';

export type Extension = 'broadcast' | 'presence';

export interface Authorization {
  /** Which extensions the policies on realtime.messages let this caller use on a topic. */
  allowed(
    action: 'read' | 'write',
    topic: string,
    claims: Claims,
    headers: JsonText,
    extensions: readonly Extension[],
  ): Promise<ReadonlySet<Extension>>;
}

export function createAuthorization(sql: Sql): Authorization {
  return {
    async allowed(action, topic, claims, headers, extensions) {
      const [row] = await sql<{ allowed: Extension[] }[]>`
        select realtime.authorize(${topic}, ${claims.text}, ${headers}, ${action}, ${sql.array([...extensions])})
          as allowed`;
      return new Set(row?.allowed ?? []);
    },
  };
}
