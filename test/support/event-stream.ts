/** Asks for an answer as server-sent events; `body` is the request as JSON. */
export async function askForEvents(
  url: string,
  token: string,
  body: object,
  signal?: AbortSignal,
): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}
