import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What a test can make a local server do to the requests whose path begins with `path`. */
type Fault =
  | { readonly kind: 'delay'; readonly ms: number; readonly path?: string }
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly path?: string }
  | { readonly kind: 'drop'; readonly path?: string };

export interface Faults {
  /** Replaces the present fault; undefined heals. */
  set(fault: Fault | undefined): void;
  /** Applies the fault; true when the request is answered or cut, so that nothing else may touch it. */
  apply(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** Switches that make a healthy server misbehave. */
export function createFaults(): Faults {
  let current: Fault | undefined;
  return {
    set(fault) {
      current = fault;
    },
    async apply(request, response) {
      const fault = current;
      if (fault === undefined || !(request.url ?? '').startsWith(fault.path ?? '/')) return false;
      switch (fault.kind) {
        case 'delay':
          await delay(fault.ms);
          return response.destroyed;
        case 'drop':
          request.socket.destroy();
          return true;
        case 'status':
          response.writeHead(fault.status, { 'content-type': 'text/plain' });
          response.end(fault.body ?? '');
          return true;
      }
    },
  };
}
