import { parentPort } from 'node:worker_threads';
import { exportedHandler, type Handler, isServed } from './deno-shim.ts';
import type { FromWorker, ToWorker } from './messages.ts';

type RequestMessage = Extract<ToWorker, { type: 'request' }>;

interface Running {
  readonly aborted: AbortController;
  more: () => void;
}

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** For the module of a function, once it is evaluated: its default export answers where Deno.serve was not called. */
export function runFunction(module: Readonly<Record<string, unknown>>): void {
  if (isServed()) return;
  const handler = exportedHandler(module);
  if (handler) answerWith(handler);
  else say({ type: 'ready', handler: false });
}

/** Answers the requests of the server with `handler`. Runs inside the worker. */
export function answerWith(handler: Handler): void {
  const port = parentPort;
  if (port === null) throw new Error('A function runs in a worker.');
  const running = new Map<number, Running>();

  async function answer(message: RequestMessage, state: Running, completed: Promise<void>): Promise<void> {
    const { id, url, method, headers, body } = message;
    const request = new Request(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      signal: state.aborted.signal,
      ...(body === undefined ? {} : { body }),
    });
    const remoteAddr = { transport: 'tcp', hostname: '127.0.0.1', port: 0 };
    const response = await handler(request, { remoteAddr, completed });
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

  function begin(message: RequestMessage): void {
    const state: Running = { aborted: new AbortController(), more: () => undefined };
    running.set(message.id, state);
    let settle: { done(): void; fail(error: unknown): void } | undefined;
    const completed = new Promise<void>((resolve, reject) => {
      settle = { done: resolve, fail: reject };
    });
    // The handler may look at it, and need not.
    completed.catch(() => undefined);
    answer(message, state, completed)
      .then(
        () => settle?.done(),
        (error: unknown) => {
          settle?.fail(error);
          const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
          say({ type: 'failed', id: message.id, error: text });
        },
      )
      .finally(() => running.delete(message.id));
  }

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'request':
        begin(message);
        return;
      case 'more':
        running.get(message.id)?.more();
        return;
      case 'abort':
        running.get(message.id)?.aborted.abort();
        running.get(message.id)?.more();
        return;
      case 'unload':
        for (const type of ['beforeunload', 'unload']) {
          dispatchEvent(new CustomEvent(type, { detail: { reason: 'termination' } }));
        }
        say({ type: 'unloaded' });
        return;
    }
  });
  say({ type: 'ready', handler: true });
}
