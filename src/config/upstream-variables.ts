import { aDuration, aSize, aUrl } from './shapes.ts';
import { byteSize, duration, serviceUrl, wholeNumber } from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

const day = 86_400_000;
const hour = 3_600_000;

export const upstreamVariables = {
  SUPABASE_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      "Origin of Supabase's own gateway (Kong, Envoy). The services that are not given below are reached through it, under their usual paths.",
    shape: aUrl,
  }),
  UPSTREAM_CONNECT_TIMEOUT: withDefault(duration(10, hour), {
    group: 'Services',
    description: 'For a connection to a service.',
    shape: aDuration,
    default: '2s',
  }),
  UPSTREAM_TIMEOUT: withDefault(duration(10, hour), {
    group: 'Services',
    description:
      'For the answer of a service, repeats included. Streamed bodies are timed by UPSTREAM_IDLE_TIMEOUT.',
    shape: aDuration,
    default: '10s',
  }),
  UPSTREAM_IDLE_TIMEOUT: withDefault(duration(100, day), {
    group: 'Services',
    description: 'Longest pause in a streamed body.',
    shape: aDuration,
    default: '60s',
  }),
  UPSTREAM_CONNECTIONS: withDefault(wholeNumber(1, 10_000), {
    group: 'Services',
    description: 'Connections to each service at most.',
    shape: 'a number from 1 to 10000',
    default: '64',
  }),
  UPSTREAM_MAX_ANSWER: withDefault(byteSize(1_024), {
    group: 'Services',
    description:
      'Largest answer of a service that is held in memory. Files are streamed and not bounded by it.',
    shape: aSize,
    default: '5mb',
  }),
};
