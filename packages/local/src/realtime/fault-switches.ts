/** The switches that other parts look at. */
export interface FaultSwitches {
  systemOkDelayMs: number;
  joinDelayMs: number;
  joinRefusal: string | undefined;
  socketRefusal: number | undefined;
  swallow: boolean;
  ignoreHeartbeats: boolean;
}

export function noFaults(): FaultSwitches {
  return {
    systemOkDelayMs: 0,
    joinDelayMs: 0,
    joinRefusal: undefined,
    socketRefusal: undefined,
    swallow: false,
    ignoreHeartbeats: false,
  };
}
