import { parentPort } from 'node:worker_threads';
import { handlerOf } from './deno-shim.ts';
import type { FromWorker, ToWorker } from './messages.ts';

type RequestMessage = Extract<ToWorker, { type: 'request' }>;

interface Running {
  readonly aborted: AbortController;
  more: () => void;
}

/** Answers the requests of the server with the function's handler. Runs inside the worker. */
export function runFunction(module: Readonly<Record<string, unknown>>): void {
  const port = parentPort;
  if (port === null) throw new Error('A function runs in a worker.');
  const say = (message: FromWorker): void => port.postMessage(message);
  const handler = handlerOf(module);
  const running = new Map<number, Running>();

  async function answer(message: RequestMessage, state: Running): Promise<void> {
    const { id, url, method, headers, body } = message;
    const request = new Request(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      signal: state.aborted.signal,
      ...(body === undefined ? {} : { body }),
    });
    const response: unknown = await handler?.(request, { remoteAddr: { hostname: '127.0.0.1' } });
    if (!(response instanceof Response)) throw new TypeError('The handler did not return a Response.');
    const answered = [...response.headers].filter(([name]) => name !== 'set-cookie');
    const cookies = response.headers.getSetCookie().map((cookie) => ['set-cookie', cookie] as const);
    say({ type: 'head', id, status: response.status, headers: [...answered, ...cookies] });
    const reader = response.body?.getReader();
    state.aborted.signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      const taken = new Promise<void>((resolve) => {
        state.more = resolve;
      });
      say({ type: 'piece', id, bytes: read.value });
      await taken;
    }
    say({ type: 'end', id });
  }

  port.on('message', (message: ToWorker) => {
    const known = running.get(message.id);
    if (message.type === 'more') known?.more();
    else if (message.type === 'abort') {
      known?.aborted.abort();
      known?.more();
    } else {
      const state: Running = { aborted: new AbortController(), more: () => undefined };
      running.set(message.id, state);
      answer(message, state)
        .catch((error: unknown) => {
          const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
          say({ type: 'failed', id: message.id, error: text });
        })
        .finally(() => running.delete(message.id));
    }
  });
  say({ type: 'ready', handler: handler !== undefined });
}
