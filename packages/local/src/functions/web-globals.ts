import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { platform, version } from 'node:process';
import { workerData } from 'node:worker_threads';

/**
 * Globals of Deno that not every Node has, and the packages of ours that bring them: loaded when they are first used.
 * Where one of a family is missing all are ours: Node 22 has a WebSocket, and keeps the class of its close events.
 */
const families: readonly { readonly names: readonly string[]; readonly from: string }[] = [
  { names: ['URLPattern'], from: 'urlpattern-polyfill/urlpattern' },
  { names: ['WebSocket', 'CloseEvent'], from: 'undici' },
  { names: ['EventSource', 'ErrorEvent'], from: 'undici' },
];

/** Puts in place what of the web's globals this Node does not have. */
export function installWebGlobals(): void {
  for (const { names, from } of families) {
    if (names.every((name) => name in globalThis)) continue;
    for (const name of names) define(name, from);
  }
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: describeNavigator() });
  const events = new EventTarget();
  Object.assign(globalThis, {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
  });
  process.on('unhandledRejection', (reason, promise) => {
    const event = Object.assign(new Event('unhandledrejection', { cancelable: true }), { reason, promise });
    // Nobody took care of it: then it ends the worker, as it does without listeners.
    if (events.dispatchEvent(event)) throw reason;
  });
}

function define(name: string, from: string): void {
  const give = (value: unknown): unknown => {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
    return value;
  };
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get: () => give(requireOurs(from)[name]),
    set: give,
  });
}

/** The bundle lies elsewhere: packages of ours are looked up from where our own files are. */
function requireOurs(from: string): Readonly<Record<string, unknown>> {
  return createRequire(String(workerData.home))(from);
}

/** As Node has it since version 21. */
function describeNavigator(): object {
  const { locale } = Intl.DateTimeFormat().resolvedOptions();
  return {
    userAgent: `Node.js/${version.slice(1).split('.')[0]}`,
    hardwareConcurrency: availableParallelism(),
    language: locale,
    languages: [locale],
    platform,
  };
}
