import type { PostgresPools } from '../../upstream/postgres/pools.ts';

/** Milliseconds for the check at the start. */
const checkTimeoutMs = 5_000;

/**
 * For the start of `serve`: rejects with NOT_CONFIGURED, whose message is for the operator, when the login for reading
 * SQL can do more than read; with UPSTREAM_UNAVAILABLE when Postgres does not answer. Pools made with
 * `refusePrivilegedRead` check each later connection too, so a database that is down at the start need not stop it.
 */
export async function checkReadLogin(pools: PostgresPools): Promise<void> {
  const signal = AbortSignal.timeout(checkTimeoutMs);
  await pools.read.withSession({ signal, timeoutMs: checkTimeoutMs }, async ({ sql }) => {
    await sql.run('select 1');
  });
}
