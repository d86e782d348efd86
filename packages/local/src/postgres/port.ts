import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PortTakenError, type PostgresProcess } from './postgres-process.ts';

/** Port of the last start, so that a connection saved in another tool keeps working. */
export async function lastPort(cluster: string): Promise<number | undefined> {
  const options = await readFile(join(cluster, 'postmaster.opts'), 'utf8').catch(() => '');
  const port = Number(/"-p" "(\d{1,5})"/.exec(options)?.[1] ?? 0);
  return port > 0 ? port : undefined;
}

/** Launches on `wanted`, or else on `preferred` when it is free, or else on any free port. */
export async function onFreePort(
  wanted: number | undefined,
  preferred: number | undefined,
  launch: (port: number) => Promise<PostgresProcess>,
): Promise<{ child: PostgresProcess; port: number }> {
  let asked = preferred ?? 0;
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await reserve(asked).catch(async () => await reserve(0)));
    try {
      return { child: await launch(port), port };
    } catch (error) {
      // Somebody else may take a free port before Postgres does.
      if (wanted !== undefined || attempt === 3 || !(error instanceof PortTakenError)) throw error;
      asked = 0;
    }
  }
}

async function reserve(port: number): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}
