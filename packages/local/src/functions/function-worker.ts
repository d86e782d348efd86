import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { LocalLog } from '../lib/log.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export interface FunctionLimits {
  /** Longest time of one request, in milliseconds. */
  readonly requestMs: number;
  /** Longest time until the module is evaluated, in milliseconds. */
  readonly bootMs: number;
  /** Heap of one function, in megabytes. */
  readonly memoryMb: number;
}

/** Receives an answer piece by piece. */
export interface AnswerSink {
  head(status: number, headers: readonly (readonly [string, string])[]): void;
  /** Resolves when more may come. */
  piece(bytes: Uint8Array): Promise<void>;
  end(): void;
  fail(failure: WorkerFailure): void;
}

export type WorkerFailure = 'boot' | 'error' | 'memory' | 'time' | 'replaced';

export interface FunctionWorker {
  /** Resolves when the function answers requests; rejects with why not. */
  readonly ready: Promise<void>;
  readonly ended: boolean;
  /** Hands a request over; returns how to tell that the client has left. */
  request(message: Omit<Extract<ToWorker, { type: 'request' }>, 'type' | 'id'>, sink: AnswerSink): () => void;
  /** Ends the worker once the requests it has are answered. */
  retire(): void;
  stop(): Promise<void>;
}

/** For what a function does at `beforeunload`. */
const unloadMs = 500;

interface Pending {
  readonly sink: AnswerSink;
  readonly timer: NodeJS.Timeout;
}

/** Runs one bundle in a worker thread with limits. What it prints goes to the log. */
export function startFunctionWorker(options: {
  readonly name: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: FunctionLimits;
  readonly log: LocalLog;
}): FunctionWorker {
  const { name, limits, log } = options;
  const worker = new Worker(pathToFileURL(options.file), {
    env: { ...options.env },
    // Where the packages are that bring the globals which Node has not.
    workerData: { home: import.meta.url },
    execArgv: ['--enable-source-maps'],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
  });
  worker.unref();
  createInterface({ input: worker.stdout }).on('line', (line) => log.info({ function: name }, line));
  createInterface({ input: worker.stderr }).on('line', (line) => log.warn({ function: name }, line));

  const pending = new Map<number, Pending>();
  let nextId = 1;
  let ended = false;
  let retiring = false;
  let isReady = false;
  let failure: WorkerFailure = 'error';
  let settleReady: { resolve: () => void; reject: (error: Error) => void };
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = { resolve, reject };
  });
  ready.catch(() => undefined);
  const bootTimer = setTimeout(() => endWith('boot', 'it did not finish starting in time'), limits.bootMs);

  const say = (message: ToWorker): void => worker.postMessage(message);

  function endWith(why: WorkerFailure, text: string): void {
    if (ended) return;
    log.error({ function: name, reason: text }, 'a function was ended');
    failure = why;
    void worker.terminate();
  }

  function settle(id: number): AnswerSink | undefined {
    const found = pending.get(id);
    if (found === undefined) return undefined;
    clearTimeout(found.timer);
    pending.delete(id);
    if (retiring && pending.size === 0) void leave();
    return found.sink;
  }

  let unloaded: () => void = () => undefined;

  /** Ends the worker, after its listeners of `beforeunload` have heard of it. */
  async function leave(): Promise<void> {
    if (!ended && isReady) {
      await new Promise<void>((resolve) => {
        unloaded = resolve;
        setTimeout(resolve, unloadMs).unref();
        worker.once('exit', resolve);
        say({ type: 'unload' });
      });
    }
    await worker.terminate();
  }

  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'ready':
        clearTimeout(bootTimer);
        isReady = message.handler;
        if (message.handler) settleReady.resolve();
        else endWith('boot', 'it has neither a default export nor Deno.serve');
        return;
      case 'head':
        pending.get(message.id)?.sink.head(message.status, message.headers);
        return;
      case 'piece':
        void pending
          .get(message.id)
          ?.sink.piece(message.bytes)
          .then(() => say({ type: 'more', id: message.id }));
        return;
      case 'end':
        settle(message.id)?.end();
        return;
      case 'unloaded':
        unloaded();
        return;
      case 'failed':
        log.error({ function: name, error: message.error }, 'a function failed');
        settle(message.id)?.fail('error');
        return;
    }
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') failure = 'memory';
    log.error({ function: name, error: error.stack ?? String(error) }, 'a function crashed');
  });
  worker.on('exit', () => {
    ended = true;
    clearTimeout(bootTimer);
    settleReady.reject(new Error('the function did not start'));
    for (const id of [...pending.keys()]) settle(id)?.fail(failure);
  });

  return {
    ready,
    get ended() {
      return ended || retiring;
    },
    request(message, sink) {
      const id = nextId++;
      const timer = setTimeout(() => endWith('time', 'a request took too long'), limits.requestMs);
      timer.unref();
      pending.set(id, { sink, timer });
      if (ended) settle(id)?.fail(failure);
      else say({ type: 'request', id, ...message });
      return () => {
        if (settle(id) !== undefined && !ended) say({ type: 'abort', id });
      };
    },
    retire() {
      retiring = true;
      if (pending.size === 0) void leave();
    },
    async stop() {
      failure = 'replaced';
      clearTimeout(bootTimer);
      await leave();
    },
  };
}
