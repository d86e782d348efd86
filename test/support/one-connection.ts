import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface OneConnection {
  /** Sends on the one connection; `socket` tells whether it is still the same. */
  send(options: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer | undefined;
  }): Promise<{ status: number; text: string; socket: Socket | null }>;
  close(): void;
}

/** A client with one connection, which it keeps as long as the server lets it. */
export function connectOnce(url: string): OneConnection {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    close: () => agent.destroy(),
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const request: ClientRequest = httpRequest({
          agent,
          hostname,
          port,
          method,
          path,
          headers: { ...(body && { 'content-length': body.length }), ...headers },
        });
        request.on('error', reject);
        request.on('response', (response) => {
          const { socket } = request;
          text(response).then(
            (answer) => resolve({ status: response.statusCode ?? 0, text: answer, socket }),
            reject,
          );
        });
        request.end(body);
      }),
  };
}
