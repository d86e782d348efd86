import type { ChangeStream } from './changes/change-stream.ts';
import type { Changes } from './changes/changes.ts';
import type { Channel } from './channel.ts';
import type { FaultSwitches } from './fault-switches.ts';
import { noFaults } from './fault-switches.ts';
import type { SocketSession } from './socket.ts';

/** What a test can make go wrong, as the real server sometimes does. Everything is off at first. */
export interface RealtimeFaults {
  /** Wait this long, in milliseconds, between the join's answer and "Subscribed to PostgreSQL"; Infinity for ever. */
  delaySystemOk(ms: number): void;
  /** Wait this long, in milliseconds, before a join is answered; Infinity for ever. */
  slowJoin(ms: number): void;
  /** Answer every join with this reason, such as `ClientJoinRateLimitReached: Too many joins per second`. */
  refuseJoins(reason: string | undefined): void;
  /** Refuse handshakes with this HTTP status. */
  refuseSockets(status: number | undefined): void;
  /** Close every socket; without a code they are cut without a close frame (1006). */
  dropSockets(code?: number, reason?: string): void;
  /** Lose row changes without a word while on. */
  swallowChanges(on: boolean): void;
  /** Stop answering heartbeats while on. */
  ignoreHeartbeats(on: boolean): void;
  /**
   * End the worker that reads changes. `silent`: joined channels then stay dead for ever, and the next join starts
   * a worker for itself alone, as the real server does; otherwise it restarts and announces itself again.
   */
  killChangeWorker(options?: { silent?: boolean }): Promise<void>;
  /** Send every socket a frame as it stands: text, or bytes for a binary frame. */
  sendRaw(frame: string | Uint8Array): void;
  /** Send every channel with row changes "Subscribed to PostgreSQL" again, or a system error. */
  sendSystem(status: 'ok' | 'error', message?: string): void;
  /** Send every channel `phx_error` or `phx_close`. */
  endChannels(event: 'phx_error' | 'phx_close'): void;
  /** Treat every channel's token as expired now. */
  expireTokens(): void;
  /** Everything off again. */
  reset(): void;
}

interface FaultDeps {
  readonly switches: FaultSwitches;
  readonly sessions: () => Iterable<SocketSession>;
  readonly channels: () => readonly Channel[];
  readonly changes: Changes;
  readonly stream: ChangeStream;
}

/** Makes the switches of a running server. */
export function createRealtimeFaults(deps: FaultDeps): RealtimeFaults {
  const { switches, sessions, channels, changes, stream } = deps;
  return {
    delaySystemOk: (ms) => {
      switches.systemOkDelayMs = ms;
    },
    slowJoin: (ms) => {
      switches.joinDelayMs = ms;
    },
    refuseJoins: (reason) => {
      switches.joinRefusal = reason;
    },
    refuseSockets: (status) => {
      switches.socketRefusal = status;
    },
    swallowChanges: (on) => {
      switches.swallow = on;
    },
    ignoreHeartbeats: (on) => {
      switches.ignoreHeartbeats = on;
    },
    dropSockets: (code, reason = '') => {
      for (const session of sessions()) session.drop(code, reason);
    },
    sendRaw: (frame) => {
      for (const session of sessions()) session.sendRaw(frame);
    },
    async killChangeWorker({ silent = false } = {}) {
      if (silent) changes.clear();
      await stream.kill({ restart: !silent });
    },
    sendSystem: (status, message = 'Subscribed to PostgreSQL') => {
      for (const channel of channels()) if (channel.hasChanges) channel.system(status, message);
    },
    endChannels: (event) => {
      for (const channel of channels()) channel.end(event);
    },
    expireTokens: () => {
      for (const channel of channels()) channel.expire();
    },
    reset: () => {
      Object.assign(switches, noFaults());
    },
  };
}
