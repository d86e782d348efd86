import { identifyProcess, isAlive } from './process-identity.ts';

const lookEveryMs = 500;
const shell = /(?:^|[\\/-])(?:sh|ash|bash|busybox|dash|ksh|zsh)(?: |$)/;

/**
 * Settles when the process that started us is gone. npm runs its scripts in a shell: the shell may outlive it and
 * may end before us, so npm, above the shell, counts as well.
 */
export async function starterIsGone(): Promise<void> {
  const parent = process.ppid;
  const found = await identifyProcess(parent);
  const above = found !== undefined && shell.test(found.executable) ? found.parent : undefined;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      // Where a process without parent keeps the old id (Windows), the id is that of nobody.
      const there = process.ppid === parent && isAlive(parent) && (above === undefined || isAlive(above));
      if (there) return;
      clearInterval(timer);
      resolve();
    }, lookEveryMs);
    timer.unref();
  });
}
