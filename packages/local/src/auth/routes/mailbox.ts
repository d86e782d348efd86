import { ok } from '../auth-response.ts';
import { type Mailbox, mailboxPage } from '../mailbox.ts';
import type { Route } from '../route.ts';

/** The developer's mailbox, as JSON or as a page. */
export function mailboxRoutes(mailbox: Mailbox): Route[] {
  return [
    {
      method: 'GET',
      path: '/_local/mailbox',
      handle(request) {
        const messages = mailbox.list(request.query.get('to') ?? undefined);
        if (!(request.headers.accept ?? '').includes('text/html')) return ok({ messages });
        return {
          status: 200,
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
            'cache-control': 'no-store',
          },
          text: mailboxPage(messages),
        };
      },
    },
    {
      method: 'DELETE',
      path: '/_local/mailbox',
      handle() {
        mailbox.clear();
        return { status: 204 };
      },
    },
  ];
}
