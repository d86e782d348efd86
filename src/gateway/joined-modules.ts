import { createRequestHeaders, type ReadRequestHeaders } from '../http/request-headers.ts';
import type { Started } from '../module/module.ts';
import type { ProxyRoute } from '../module/proxy-route.ts';
import type { Upgrade } from '../module/upgrade.ts';

/** What the started modules of a gateway give, and what all of them are asked. */
export interface JoinedModules {
  readonly routes: readonly ProxyRoute[];
  readonly upgrades: readonly Upgrade[];
  readonly requestHeaders: ReadRequestHeaders;
  /** Rejects where one of them says that the gateway is not to start. */
  check(): Promise<void>;
  diagnose(): Promise<readonly string[]>;
  /** Of the services that are `required`, those that are not up, says whichever module looks after them. */
  missing(required: readonly string[]): Promise<readonly string[]>;
}

export function joinModules(started: readonly Started[]): JoinedModules {
  const ofAll = async <T>(ask: (one: Started) => Promise<readonly T[]> | undefined): Promise<T[]> =>
    (await Promise.all(started.map((one) => ask(one) ?? []))).flat();
  return {
    routes: started.flatMap(({ routes = [] }) => routes),
    upgrades: started.flatMap(({ upgrades = [] }) => upgrades),
    requestHeaders: createRequestHeaders([
      ...new Set(started.flatMap(({ requestHeaders = [] }) => requestHeaders)),
    ]),
    async check() {
      await Promise.all(started.map((one) => one.check?.()));
    },
    diagnose: () => ofAll((one) => one.diagnose?.()),
    missing: (required) => ofAll((one) => one.missing?.(required)),
  };
}
