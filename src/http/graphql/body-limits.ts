import type { Transport } from '../../graphql/engine/transport.ts';
import { reaches } from '../../viewer/viewer.ts';

/** Bytes of JSON that a request may bring. */
export interface BodyLimits {
  /** That of service_role. */
  readonly maxBodyBytes: number;
  /** That of everybody else. */
  readonly maxJsonBytes: number;
}

/** What this caller may send. */
export async function maxBytesOf(
  transport: Transport,
  { maxBodyBytes, maxJsonBytes }: BodyLimits,
): Promise<number> {
  try {
    const { role } = await transport.viewer(false);
    return reaches(role, 'SERVICE_ROLE') ? maxBodyBytes : maxJsonBytes;
  } catch {
    // The operation says what is wrong with the credential, if it is one that needs any.
    return maxJsonBytes;
  }
}
