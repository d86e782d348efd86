import { readdirSync, readFileSync } from 'node:fs';
import { cpuSeconds } from './child-server.ts';

/** Seconds of CPU of all processes of a Postgres, those that have ended too. */
export function backendsCpuSeconds(postmaster: number): number {
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return Number(statOf(name)[1]) === postmaster ? cpuSeconds(Number(name)) : 0;
      } catch {
        return 0;
      }
    });
  const [user, system] = statOf(String(postmaster)).slice(13, 15);
  return living.reduce((sum, seconds) => sum + seconds, (Number(user) + Number(system)) / 100);
}

/** What the kernel says of a process, from its state on. */
function statOf(pid: string): readonly string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
}
