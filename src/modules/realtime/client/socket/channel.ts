import type { AppError } from '../../../../lib/app-error.ts';
import { backOff } from '../../../../lib/back-off.ts';
import type { Cancel, Timers } from '../../../../lib/timers.ts';
import { createAwaitedReplies } from './awaited-replies.ts';
import { channelClosed, noAnswer, type Refusal, readRefusal, reasonOf, tooManyJoins } from './errors.ts';
import type { ClientFrame, ServerFrame } from './frames.ts';
import type { RealtimeLimits } from './limits.ts';
import type { JoinCaller, Pacer } from './pacer.ts';

/** What is joined; fixed for the life of the channel. */
export interface ChannelSpec {
  readonly topic: string;
  /** `config` of the join. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Row changes flow only after a system message, not at the answer to the join. */
  readonly confirmed: boolean;
}

export interface ChannelHandlers {
  /** The token to join with now; undefined when there is none left. */
  token(): string | undefined;
  /** Whose turn the next join takes. */
  caller(): JoinCaller;
  /** Messages flow. `afterGap`: some may have been missed since they last did. */
  live(afterGap: boolean): void;
  /** Some messages may have been missed while the channel stayed up. */
  gap(): void;
  /** No messages flow for now, though the channel is still joined: `live` or `refused` says how it went on. */
  interrupted?(): void;
  message(frame: ServerFrame): void;
  /** A join or confirmation failed. True: go on trying; false: the channel has been or will be left. */
  refused(refusal: Refusal): boolean;
}

/** The part of a socket that a channel uses. */
interface ChannelLink {
  readonly isOpen: boolean;
  nextRef(): string;
  send(frame: ClientFrame): boolean;
}

export interface ChannelDeps {
  readonly link: ChannelLink;
  readonly pacer: Pacer;
  readonly timers: Timers;
  readonly limits: RealtimeLimits;
}

type State = 'down' | 'queued' | 'joining' | 'confirming' | 'live' | 'waiting' | 'left';

export interface Channel {
  readonly topic: string;
  readonly state: State;
  socketOpened(): void;
  /** The socket is gone, or could not be opened, for the reason given. */
  socketLost(error: AppError): void;
  receive(frame: ServerFrame): void;
  /** Something came over the socket that nobody can read: it may have been for this channel. */
  unreadable(): void;
  /** Pushes a fresh token to a joined channel; later joins ask for theirs. */
  refreshToken(token: string): void;
  /** Sends a message on the joined channel; `answered` gets the reply's status, or false when none came. */
  push(event: string, payload: Record<string, unknown>, answered?: (ok: boolean) => void): void;
  /** Leaves and joins anew, as after a loss. */
  rejoin(): void;
  leave(): void;
}

/** One joined topic: joins, confirms, comes back after every loss, and says when something may have been missed. */
export function createChannel(spec: ChannelSpec, deps: ChannelDeps, handlers: ChannelHandlers): Channel {
  const { link, pacer, timers, limits } = deps;
  const { topic } = spec;
  let state: State = 'down';
  let joinRef: string | null = null;
  let missed = false;
  let attempts = 0;
  let liveSince = 0;
  let repeatExpectedUntil = 0;
  let cancel: Cancel | undefined;
  const replies = createAwaitedReplies(timers, limits.joinMs);

  const setTimer = (next: Cancel | undefined) => {
    cancel?.();
    cancel = next;
  };
  const send = (event: string, payload: Record<string, unknown>, ref = link.nextRef()) =>
    link.send({ joinRef, ref, topic, event, payload });

  /** Every way out of a joined state: what comes between now and `live` is missed. */
  const leaveState = (next: State) => {
    if (state === 'live') {
      missed = true;
      // One that is closed each time it has come back is not healthy.
      if (Date.now() - liveSince >= limits.healthyAfterMs) attempts = 0;
    }
    state = next;
    setTimer(undefined);
    replies.giveUp();
  };
  const enqueue = () => {
    if (!link.isOpen) {
      leaveState('down');
      return;
    }
    leaveState('queued');
    const unqueue = pacer.enqueue(join, handlers.caller());
    if (unqueue === undefined) {
      refuse({ kind: 'retry', error: tooManyJoins(limits.waitingJoins), tooFast: false });
      return;
    }
    // With nobody before us the join has gone out already, and its own timer runs.
    if (state === 'queued') setTimer(unqueue);
  };
  const join = () => {
    const token = handlers.token();
    if (token === undefined || state !== 'queued') return;
    joinRef = link.nextRef();
    state = 'joining';
    // A join without a token would fall back to the socket's, so there is none.
    send('phx_join', { access_token: token, config: spec.config }, joinRef);
    setTimer(timers.after(limits.joinMs, timedOut));
  };
  const timedOut = () => {
    send('phx_leave', {});
    refuse({ kind: 'retry', error: noAnswer(), tooFast: false });
  };
  const refuse = (refusal: Refusal) => {
    joinRef = null;
    leaveState('waiting');
    if (refusal.tooFast) pacer.pause(limits.tooFastPauseMs);
    if (!handlers.refused(refusal)) return;
    // The handlers may have left or moved the channel meanwhile.
    if (state !== 'waiting') return;
    if (refusal.kind === 'token') enqueue();
    else retryLater();
  };
  const retryLater = () => {
    leaveState('waiting');
    setTimer(timers.after(backOff(attempts, limits.retryFirstMs, limits.retryLongestMs), enqueue));
    attempts += 1;
  };
  const lost = (error = channelClosed()) => {
    if (state !== 'joining' && state !== 'confirming' && state !== 'live') return;
    refuse({ kind: 'retry', error, tooFast: false });
  };
  const becomeLive = () => {
    const afterGap = missed;
    missed = false;
    liveSince = Date.now();
    state = 'live';
    setTimer(undefined);
    handlers.live(afterGap);
  };

  const onReply = (frame: ServerFrame) => {
    const { status, response } = frame.payload;
    if (frame.ref === joinRef && state === 'joining') {
      if (status === 'ok' && spec.confirmed) {
        state = 'confirming';
        setTimer(timers.after(limits.confirmMs, timedOut));
      } else if (status === 'ok') becomeLive();
      else refuse(readRefusal(reasonOf(response)));
      return;
    }
    if (frame.ref === null) return;
    replies.settle(frame.ref, status === 'ok');
    // The server has forgotten the channel, for instance after its process moved.
    if (status === 'error' && reasonOf(response) === 'unmatched topic') lost();
  };
  const onSystem = ({ extension, status, message }: Record<string, unknown>) => {
    const text = typeof message === 'string' ? message : '';
    if (extension !== 'postgres_changes') {
      if (status !== 'error') return;
      const refusal = readRefusal(text);
      // The channel is being shut. Its phx_close has the old join's ref, and changes nothing any more.
      if (refusal.kind === 'retry') lost(refusal.error);
      else refuse(refusal);
      return;
    }
    if (status === 'ok') {
      if (state === 'confirming') becomeLive();
      else if (state === 'live' && Date.now() > repeatExpectedUntil) handlers.gap();
      else repeatExpectedUntil = 0;
      return;
    }
    if (state !== 'confirming' && state !== 'live') return;
    const refusal = readRefusal(text);
    if (refusal.kind === 'fatal' && state === 'confirming') {
      send('phx_leave', {});
      refuse(refusal);
      return;
    }
    // Realtime retries database trouble by itself; we wait for its confirmation, and rejoin when none comes.
    leaveState('confirming');
    setTimer(timers.after(limits.confirmMs, timedOut));
    handlers.interrupted?.();
  };

  return {
    topic,
    get state() {
      return state;
    },
    socketOpened() {
      if (state === 'down') enqueue();
    },
    socketLost(error) {
      if (state === 'left') return;
      joinRef = null;
      leaveState('down');
      handlers.refused({ kind: 'retry', error, tooFast: false });
    },
    receive(frame) {
      if (state === 'left' || (frame.joinRef !== null && frame.joinRef !== joinRef)) return;
      if (frame.event === 'phx_reply') onReply(frame);
      else if (frame.event === 'system') onSystem(frame.payload);
      else if (frame.event === 'phx_close' || frame.event === 'phx_error') lost();
      else if (state === 'live' || state === 'confirming') handlers.message(frame);
    },
    unreadable() {
      if (state === 'live') handlers.gap();
    },
    refreshToken(token) {
      if (state !== 'live' && state !== 'confirming') return;
      if (spec.confirmed) repeatExpectedUntil = Date.now() + limits.refreshMs;
      send('access_token', { access_token: token });
    },
    push(event, payload, answered) {
      if (state !== 'live') {
        answered?.(false);
        return;
      }
      const ref = link.nextRef();
      if (answered !== undefined) replies.add(ref, answered);
      send(event, payload, ref);
    },
    rejoin() {
      if (state !== 'live' && state !== 'confirming') return;
      send('phx_leave', {});
      joinRef = null;
      enqueue();
    },
    leave() {
      if (state === 'left') return;
      if (joinRef !== null) send('phx_leave', {});
      leaveState('left');
    },
  };
}
