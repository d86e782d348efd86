import type { IncomingMessage } from 'node:http';
import { refuseUpgrade } from '../lib/refuse-upgrade.ts';
import type { Upgrade, UpgradeHandler } from '../module/upgrade.ts';
import { requestProblem } from './request-problem.ts';

/**
 * Hands an upgrade to the handler of its exact path; others get 404, hosts that are not ours 421, and all 503 while
 * draining.
 */
export function createUpgradeRouter(deps: {
  readonly upgrades: readonly Pick<Upgrade, 'path' | 'upgrade'>[];
  readonly hostAllowed: (request: IncomingMessage) => boolean;
  /** @default () => false */
  readonly draining?: () => boolean;
}): UpgradeHandler {
  const byPath = new Map(deps.upgrades.map(({ path, upgrade }) => [path, upgrade]));
  return (request, socket, head) => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const handler = byPath.get(path);
    const problem = requestProblem(request);
    if (problem !== undefined) refuseUpgrade(socket, problem.status, problem.text);
    else if (deps.draining?.() === true) refuseUpgrade(socket, 503, 'Service Unavailable');
    else if (!deps.hostAllowed(request)) refuseUpgrade(socket, 421, 'Misdirected Request');
    else if (handler === undefined) refuseUpgrade(socket, 404, 'Not Found');
    else handler(request, socket, head);
  };
}
