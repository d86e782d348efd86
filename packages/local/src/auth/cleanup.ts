import type { AuthContext } from './context.ts';

const everyMs = 10 * 60_000;

/** Removes rows that nothing can use any more; live sessions and their tokens stay. */
export async function cleanExpired({ sql, settings }: AuthContext): Promise<void> {
  const otpSeconds = settings.otpExpiry;
  await sql`
    delete from auth.one_time_tokens
    where created_at < (now() at time zone 'utc') - make_interval(secs => ${otpSeconds})`;
  await sql`delete from auth.flow_state where created_at < now() - interval '1 day'`;
  await sql`delete from auth.mfa_challenges where created_at < now() - interval '1 day'`;
  await sql`
    delete from auth.mfa_factors where status = 'unverified' and created_at < now() - interval '1 day'`;
  await sql`delete from auth.sessions where not_after < now() - interval '1 day'`;
  await sql`
    delete from auth.refresh_tokens where revoked and updated_at < now() - interval '30 days'`;
}

/** Cleans now and every ten minutes, until stopped. A failure is only logged: the next round tries again. */
export function startCleanup(context: AuthContext): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const run = () => {
    running = cleanExpired(context).catch((error: unknown) => {
      context.log.warn({ error: String(error) }, 'cleaning expired auth rows failed');
    });
  };
  run();
  const timer = setInterval(run, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
