import { WebSocket } from 'ws';
import { type ChildServer, freePort, residentMegabytes, startGateway } from './child-server.ts';

/** A gateway whose memory can be told without what is garbage already. */
export interface MeteredGateway extends ChildServer {
  /** Resident, after a full collection. */
  collectedMegabytes(): Promise<number>;
}

/** As `startGateway`, with an inspector. */
export async function startMeteredGateway(
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<MeteredGateway> {
  const port = await freePort();
  const server = await startGateway({ ...env, NODE_OPTIONS: `--inspect=127.0.0.1:${port}` }, folder);
  return {
    ...server,
    async collectedMegabytes() {
      await collectGarbage(port);
      return residentMegabytes(server.pid);
    },
  };
}

async function collectGarbage(port: number): Promise<void> {
  const targets: { webSocketDebuggerUrl: string }[] = await (
    await fetch(`http://127.0.0.1:${port}/json/list`)
  ).json();
  const inspector = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve, reject) => inspector.once('open', resolve).once('error', reject));
  for (let id = 1; id <= collections; id += 1) {
    inspector.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await new Promise((resolve) => inspector.once('message', resolve));
  }
  inspector.terminate();
}

/** What finalizers let go of is garbage for the next one. */
const collections = 3;
