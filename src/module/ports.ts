/**
 * What modules offer each other, by name: they never import one another, so whoever needs something names its port, and
 * the gateway hands over what the module that gives it has made. A module adds its port by declaration merging.
 */
// biome-ignore lint/suspicious/noEmptyInterface: modules add to it.
export interface Ports {}

export type PortName = keyof Ports;
