import { createHash } from 'node:crypto';
import { AuthError } from './auth-error.ts';
import type { AuthContext } from './context.ts';
import type { Db } from './database.ts';
import type { Pkce } from './input.ts';

/** Life of a flow and of the code that ends it. */
const flowSeconds = 300;

interface FlowRow {
  id: string;
  user_id: string | null;
  code_challenge: string;
  code_challenge_method: 's256' | 'plain';
  authentication_method: string;
  auth_code_issued_at: string | null;
  created_at: string;
}

const methods: Readonly<Record<string, string>> = { signup: 'email/signup' };

/** The authentication method that a PKCE flow of this kind of mail ends in. */
function flowMethod(kind: string): string {
  return methods[kind] ?? kind;
}

/** Remembers the challenge of a PKCE flow that begins with a mail. */
export async function startFlow(db: Db, userId: string, kind: string, pkce: Pkce): Promise<void> {
  const method = flowMethod(kind);
  await db`
    insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge, provider_type,
      authentication_method, created_at, updated_at)
    values (${crypto.randomUUID()}, ${userId}, ${crypto.randomUUID()}, ${pkce.method}, ${pkce.challenge}, ${method},
      ${method}, now(), now())`;
}

/** Hands out the code of the newest flow of this kind; undefined when there is none. */
export async function issueAuthCode(db: Db, userId: string, kind: string): Promise<string | undefined> {
  const [flow] = await db<{ auth_code: string }[]>`
    update auth.flow_state set auth_code_issued_at = now(), updated_at = now() where id = (
      select id from auth.flow_state where user_id = ${userId} and authentication_method = ${flowMethod(kind)}
      order by created_at desc limit 1)
    returning auth_code`;
  return flow?.auth_code;
}

/** Ends a flow: checks the verifier and answers whose it was. 404, 422 or 400 as upstream. */
export async function finishFlow(
  context: AuthContext,
  code: string,
  verifier: string,
): Promise<{ userId: string; method: string }> {
  const [flow] = await context.sql<FlowRow[]>`select * from auth.flow_state where auth_code = ${code}`;
  if (flow === undefined || flow.user_id === null) {
    throw new AuthError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
  }
  const since = Date.parse(flow.auth_code_issued_at ?? flow.created_at);
  if (Date.now() > since + flowSeconds * 1000) {
    throw new AuthError(422, 'flow_state_expired', 'invalid flow state, flow state has expired');
  }
  const presented =
    flow.code_challenge_method === 's256'
      ? createHash('sha256').update(verifier).digest('base64url')
      : verifier;
  if (presented !== flow.code_challenge) {
    throw new AuthError(
      400,
      'bad_code_verifier',
      'code challenge does not match previously saved code verifier',
    );
  }
  const spent = await context.sql`delete from auth.flow_state where id = ${flow.id} returning id`;
  if (spent.count === 0) {
    throw new AuthError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
  }
  return { userId: flow.user_id, method: flow.authentication_method };
}
