import { readdirSync, readFileSync } from 'node:fs';
import { cpuSeconds } from './child-server.ts';

/** Seconds of CPU of all processes of a Postgres that live. */
export function backendsCpuSeconds(postmaster: number): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
        return Number(fields[1]) === postmaster ? cpuSeconds(Number(name)) : 0;
      } catch {
        return 0;
      }
    })
    .reduce((sum, seconds) => sum + seconds, 0);
}
