import { within } from '../lib/within.ts';
import type { Lifecycle } from '../module/host.ts';
import type { Logger } from '../observability/logger.ts';

export interface EndingLifecycle extends Lifecycle {
  /**
   * Ends everything, the last one added first, each bounded by `stepMs`; one that fails or takes too long is logged and
   * the next one ends all the same, so that nothing is left running.
   */
  end(stepMs: number): Promise<void>;
}

export function createLifecycle(log: Logger): EndingLifecycle {
  const steps: { readonly name: string; close(): void | Promise<void> }[] = [];
  return {
    add(name, close) {
      steps.push({ name, close });
    },
    async end(stepMs) {
      for (const step of steps.splice(0).reverse()) {
        try {
          const inTime = await within(stepMs, Promise.resolve(step.close()));
          if (!inTime) log.warn({ step: step.name, stepMs }, 'shutdown step took too long');
        } catch (error) {
          log.error({ step: step.name, err: error }, 'shutdown step failed');
        }
      }
    },
  };
}
