/** The services a deployment may have, by the name that the schema shows. */
export const serviceNames = [
  'POSTGRES',
  'AUTH',
  'STORAGE',
  'META',
  'REALTIME',
  'FUNCTIONS',
  'POSTGREST',
  'API_GATEWAY',
] as const;

export type ServiceName = (typeof serviceNames)[number];
