/** What the server and a function's worker say to each other. Bodies of requests are whole, answers come in pieces. */
export type ToWorker =
  | {
      readonly type: 'request';
      readonly id: number;
      readonly method: string;
      readonly url: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array<ArrayBuffer> | undefined;
    }
  /** The last piece has been taken: send the next. */
  | { readonly type: 'more'; readonly id: number }
  | { readonly type: 'abort'; readonly id: number }
  /** The worker will be ended: its listeners of `beforeunload` hear of it. */
  | { readonly type: 'unload' };

export type FromWorker =
  /** Requests may come: Deno.serve was called, or the module is evaluated. `handler`: something answers them. */
  | { readonly type: 'ready'; readonly handler: boolean }
  | {
      readonly type: 'head';
      readonly id: number;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
    }
  | { readonly type: 'piece'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly id: number }
  | { readonly type: 'unloaded' }
  | { readonly type: 'failed'; readonly id: number; readonly error: string };
