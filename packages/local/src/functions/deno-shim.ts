// The worker's own environment: what the server gave it, not that of the process.
import { platform, env as variables } from 'node:process';

export type Handler = (request: Request, info: object) => Promise<Response>;

type Callable = (...args: unknown[]) => unknown;

let served: Handler | undefined;
let tellServed: (handler: Handler) => void;
/** The handler that Deno.serve was called with. The module may never end after that: it may await the server. */
export const firstServed = new Promise<Handler>((resolve) => {
  tellServed = resolve;
});

function isCallable(value: unknown): value is Callable {
  return typeof value === 'function';
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function toResponse(value: unknown): Response {
  if (value instanceof Response) return value;
  throw new TypeError('The handler did not return a Response.');
}

/** `Deno.serve(handler)`, `Deno.serve(options, handler)` and `Deno.serve({ handler })`; ports are of no meaning. */
function serve(first: unknown, second?: unknown): object {
  const options = [first, second].find((value) => typeof value === 'object');
  const handler = [first, second, propertyOf(options, 'handler')].find(isCallable);
  if (handler === undefined) throw new TypeError('Deno.serve needs a handler.');
  const onError = propertyOf(options, 'onError');
  served = async (request, info) => {
    try {
      return toResponse(await handler(request, info));
    } catch (error) {
      if (!isCallable(onError)) throw error;
      return toResponse(await onError(error));
    }
  };
  tellServed((request, info) => served?.(request, info) ?? Promise.reject(new Error('Nothing is served.')));

  const addr = { transport: 'tcp', hostname: '127.0.0.1', port: 0 };
  let finish: () => void;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const shutdown = async (): Promise<void> => finish();
  const signal = propertyOf(options, 'signal');
  if (signal instanceof AbortSignal) signal.addEventListener('abort', () => finish());
  const onListen = propertyOf(options, 'onListen');
  if (isCallable(onListen)) queueMicrotask(() => onListen(addr));
  const nothing = (): void => undefined;
  return { finished, shutdown, addr, ref: nothing, unref: nothing };
}

const env = {
  get: (name: string) => variables[name],
  has: (name: string) => variables[name] !== undefined,
  toObject: () => ({ ...variables }),
  set: (name: string, value: string) => {
    variables[name] = value;
  },
  delete: (name: string) => {
    delete variables[name];
  },
};

/** Puts the few names that edge functions use of Deno's runtime in place. The rest of Deno is not there. */
export function installDeno(): void {
  Object.assign(globalThis, {
    Deno: { serve, env, args: [], build: { os: platform }, version: { deno: 'bunbun' } },
    // The worker outlives its answers, so work that goes on after one needs nothing done.
    EdgeRuntime: { waitUntil: (work: Promise<unknown>) => work },
  });
}

export const isServed = (): boolean => served !== undefined;

/** The default export of a module that answers requests by it. */
export function exportedHandler(module: Readonly<Record<string, unknown>>): Handler | undefined {
  const exported = module['default'];
  const handler = isCallable(exported) ? exported : propertyOf(exported, 'fetch');
  if (!isCallable(handler)) return undefined;
  return async (request, info) => toResponse(await handler.call(exported, request, info));
}
