// The worker's own environment: what the server gave it, not that of the process.
import { platform, env as variables } from 'node:process';

type Handler = (request: Request, info: object) => Response | Promise<Response>;

let served: Handler | undefined;

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

/** `Deno.serve(handler)`, `Deno.serve(options, handler)` and `Deno.serve({ handler })`; ports are of no meaning. */
function serve(first: unknown, second?: unknown): object {
  const inOptions =
    typeof first === 'object' && first !== null && 'handler' in first ? first.handler : undefined;
  const handler = [first, second, inOptions].find(isHandler);
  if (handler === undefined) throw new TypeError('Deno.serve needs a handler.');
  served = handler;
  return {
    finished: new Promise<void>(() => undefined),
    shutdown: async () => undefined,
    addr: { transport: 'tcp', hostname: '127.0.0.1', port: 0 },
  };
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

/** The handler that the module gave: by Deno.serve, or as its default export. */
export function handlerOf(module: Readonly<Record<string, unknown>>): Handler | undefined {
  if (served !== undefined) return served;
  const exported = module['default'];
  if (isHandler(exported)) return exported;
  if (typeof exported !== 'object' || exported === null || !('fetch' in exported)) return undefined;
  const { fetch } = exported;
  return isHandler(fetch) ? (request, info) => fetch.call(exported, request, info) : undefined;
}
