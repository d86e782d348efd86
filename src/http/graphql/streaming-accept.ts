/**
 * An Accept header for Yoga, which would answer a subscription as `multipart/mixed` wherever that, or anything, is
 * accepted: over HTTP they are server-sent events, and nothing else.
 */
export function streamingAccept(accept = '*/*'): string {
  const ranges = accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';');
    const withParameters = (known: string) => [known, ...parameters].join(';');
    switch (type.trim().toLowerCase()) {
      case '*/*':
        return ['text/event-stream', 'application/json'].map(withParameters);
      case 'multipart/mixed':
      case 'multipart/*':
        // Of which it has none.
        return withParameters('multipart/form-data');
    }
    return range;
  });
  return ranges.join(',');
}
