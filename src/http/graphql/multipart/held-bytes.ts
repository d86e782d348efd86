/** Memory for files that have come and whose turn has not: bounded for each request, and over all of them. */
export interface HeldBytes {
  /** A request's share. Ends with it. */
  share(): HeldShare;
  /** Bytes that all requests hold just now. */
  total(): number;
}

export interface HeldShare {
  readonly maxBytes: number;
  /** Undefined when the bytes are there for the taking, else whose bound refuses them. */
  take(bytes: number): 'request' | 'process' | undefined;
  give(bytes: number): void;
  /** Gives everything back. */
  close(): void;
}

export interface HeldBytesLimits {
  readonly maxRequestBytes: number;
  readonly maxTotalBytes: number;
}

/** No request may have more than this part of what is free: however many hold, there is room for a small file. */
const shareOfFree = 1 / 4;

export function createHeldBytes({ maxRequestBytes, maxTotalBytes }: HeldBytesLimits): HeldBytes {
  let total = 0;
  return {
    total: () => total,
    share() {
      let own = 0;
      const give = (bytes: number): void => {
        own -= bytes;
        total -= bytes;
      };
      return {
        maxBytes: maxRequestBytes,
        take(bytes) {
          if (own + bytes > maxRequestBytes) return 'request';
          if (own + bytes > (maxTotalBytes - total) * shareOfFree) return 'process';
          own += bytes;
          total += bytes;
          return undefined;
        },
        give,
        close: () => give(own),
      };
    },
  };
}
