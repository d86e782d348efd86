/** Bytes that one client holds; they grow as they come. */
export interface ByteHold {
  /** Takes so many more; false where that is more than all may hold, or this client: then it took nothing. */
  grow(bytes: number): boolean;
  /** Gives all of them back. */
  release(): void;
}

/** A bounded sum of bytes in memory, of which each client has its share. */
export interface ByteBudget {
  hold(client: string): ByteHold;
  /** What is held just now. */
  readonly held: number;
}

export interface ByteBudgetLimits {
  readonly maxBytes: number;
  readonly maxBytesPerClient: number;
}

/** `refused` is told of each refusal. */
export function createByteBudget(limits: ByteBudgetLimits, refused?: () => void): ByteBudget {
  // Clients that hold nothing are not in it.
  const byClient = new Map<string, number>();
  let total = 0;
  const change = (client: string, difference: number): void => {
    total += difference;
    const own = (byClient.get(client) ?? 0) + difference;
    if (own > 0) byClient.set(client, own);
    else byClient.delete(client);
  };
  return {
    hold(client) {
      let own = 0;
      return {
        grow(bytes) {
          const ofClient = (byClient.get(client) ?? 0) + bytes;
          if (ofClient > limits.maxBytesPerClient || total + bytes > limits.maxBytes) {
            refused?.();
            return false;
          }
          own += bytes;
          change(client, bytes);
          return true;
        },
        release() {
          change(client, -own);
          own = 0;
        },
      };
    },
    get held() {
      return total;
    },
  };
}
