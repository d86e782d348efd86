import type { LocalLog } from '../lib/log.ts';

const capacity = 200;

export interface Message {
  readonly id: number;
  readonly sentAt: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  /** What it is for: signup, magiclink, recovery, invite, email_change, reauthentication, sms, phone_change. */
  readonly kind: string;
  readonly subject: string;
  /** The code to type in. */
  readonly otp: string;
  /** What `verifyOtp` takes as `token_hash`; absent for text messages. */
  readonly tokenHash?: string;
  /** The link that the mail would hold. */
  readonly link?: string;
}

export interface Mailbox {
  deliver(message: Omit<Message, 'id' | 'sentAt'>): Message;
  /** Newest first, at most the last 200. */
  list(to?: string): readonly Message[];
  clear(): void;
}

/** Keeps messages in memory, and writes each to the log so that a developer need not look elsewhere. */
export function createMailbox(log: LocalLog): Mailbox {
  let messages: Message[] = [];
  let next = 1;
  return {
    deliver(message) {
      const kept = { ...message, id: next, sentAt: new Date().toISOString() };
      next += 1;
      messages = [kept, ...messages].slice(0, capacity);
      const { channel, to, kind, subject, otp } = kept;
      // As a sentence: under a name of its own the code would be taken for a secret and left out.
      log.info({ channel, to, kind, text: `${subject}: ${otp}` }, 'message for the local mailbox');
      return kept;
    },
    list(to) {
      return to === undefined ? messages : messages.filter((message) => message.to === to);
    },
    clear() {
      messages = [];
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The mailbox as a page without scripts. */
export function mailboxPage(messages: readonly Message[]): string {
  const rows = messages.map(({ sentAt, channel, to, subject, otp, link }) => {
    const target = link === undefined ? '' : `<a href="${escapeHtml(link)}">open link</a>`;
    const cells = [sentAt, channel, to, subject].map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr>${cells}<td><code>${escapeHtml(otp)}</code></td><td>${target}</td></tr>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailbox</title>
<style>body{font:15px system-ui;margin:2rem}td,th{padding:.3rem .8rem;text-align:left}</style>
<h1>Mailbox</h1><p>What the local auth server would have sent. Newest first, kept in memory.</p>
<table><tr><th>Sent<th>By<th>To<th>Subject<th>Code<th>Link</tr>${rows.join('')}</table></html>`;
}
