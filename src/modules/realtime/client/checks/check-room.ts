import { checkText } from './check-argument.ts';

/** Leaves room for `realtime:` in the one length byte of a binary frame. */
const longestRoom = 200;

/** Throws BAD_USER_INPUT for a room or event name that Realtime cannot carry. */
export function checkRoom(spec: { readonly channel: string; readonly event?: string | undefined }): void {
  checkText('channel', spec.channel, longestRoom);
  if (spec.event !== undefined) checkText('event', spec.event, 255);
}
