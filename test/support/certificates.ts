import { type GenerateResult, generate } from 'selfsigned';

/** A certificate authority that lives as long as a test. */
export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  /** A server certificate of it, for these DNS names and IP addresses, and its key. */
  issue(names: { dns?: readonly string[]; ip?: readonly string[] }): Promise<{ cert: string; key: string }>;
}

const strong = { algorithm: 'sha256', keyType: 'ec' } as const;

export async function createTestAuthority(name: string): Promise<TestAuthority> {
  const own: GenerateResult = await generate([{ name: 'commonName', value: name }], {
    ...strong,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    certificate: own.cert,
    async issue({ dns = [], ip = [] }) {
      const issued = await generate([{ name: 'commonName', value: 'postgres' }], {
        ...strong,
        ca: { key: own.private, cert: own.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', serverAuth: true },
          {
            name: 'subjectAltName',
            altNames: [
              ...dns.map((value) => ({ type: 2, value }) as const),
              ...ip.map((address) => ({ type: 7, ip: address }) as const),
            ],
          },
        ],
      });
      return { cert: issued.cert, key: issued.private };
    },
  };
}
