/** What the edge of a network tells of a caller, here in a caller's own words. */
export const edgeHeaders: Readonly<Record<string, string>> = {
  'x-forwarded-user': 'root',
  'x-forwarded-email': 'root@example.com',
  'x-forwarded-groups': 'admins',
  'x-forwarded-ssl': 'on',
  'x-forwarded-server': 'evil.example',
  'x-auth-request-user': 'root',
  'remote-user': 'root',
  'cf-connecting-ip': '6.6.6.6',
  'true-client-ip': '6.6.6.6',
  'x-client-ip': '6.6.6.6',
  'x-cluster-client-ip': '6.6.6.6',
  'fastly-client-ip': '6.6.6.6',
  'x-envoy-external-address': '6.6.6.6',
  'x-original-forwarded-for': '6.6.6.6',
};
