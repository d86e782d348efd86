import type { Viewer } from './viewer.ts';

/**
 * The caller's credential while an operation lasts: on a WebSocket a fresh token may arrive meanwhile. It always has
 * the same subject, role and session; other claims, and with them `identity`, may differ.
 */
export interface ViewerRenewal {
  readonly current: Viewer;
  /** Calls `renewed` for each fresh credential, until the returned function is called. */
  subscribe(renewed: (viewer: Viewer) => void): () => void;
}

/** A holder of one caller's credential, with the means to replace it. */
export interface RenewableViewer extends ViewerRenewal {
  renew(viewer: Viewer): void;
}

export function createRenewableViewer(first: Viewer): RenewableViewer {
  let current = first;
  const listeners = new Set<(viewer: Viewer) => void>();
  return {
    get current() {
      return current;
    },
    subscribe(renewed) {
      // A function of our own, so that the same listener may subscribe twice.
      const listener = (viewer: Viewer) => renewed(viewer);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    renew(viewer) {
      current = viewer;
      for (const listener of [...listeners]) listener(viewer);
    },
  };
}
