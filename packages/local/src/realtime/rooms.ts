import { createPresence, type Presence, type PresenceDiff } from './presence.ts';
import { type UserBroadcast, userBroadcastText } from './wire/frames.ts';
import { type JsonText, objectText } from './wire/raw-json.ts';

/** A broadcast on its way: as JSON text (a text push, the batch route), or as bytes with their own frame kind. */
export type BroadcastMessage =
  | { readonly text: JsonText; readonly user?: undefined }
  | { readonly text?: undefined; readonly user: UserBroadcast };

/** A channel, as far as its room is concerned. */
export interface RoomMember {
  readonly id: object;
  readonly receivesSelf: boolean;
  readonly canRead: boolean;
  readonly presenceEnabled: boolean;
  deliverBroadcast(message: BroadcastMessage): void;
  deliverPresence(diff: PresenceDiff): void;
}

export interface Room {
  readonly presence: Presence<RoomMember>;
  broadcast(message: BroadcastMessage, origin?: RoomMember): void;
  announce(diff: PresenceDiff | undefined): void;
}

export interface Rooms {
  join(name: string, isPrivate: boolean, member: RoomMember): Room;
  leave(name: string, isPrivate: boolean, member: RoomMember): void;
  /** The room if anyone is in it. */
  find(name: string, isPrivate: boolean): Room | undefined;
}

/** Rooms of broadcast and presence. A public and a private room of the same name are two. */
export function createRooms(): Rooms {
  const rooms = new Map<string, { room: Room; members: Set<RoomMember> }>();
  const key = (name: string, isPrivate: boolean): string => `${isPrivate ? 'private' : 'public'}:${name}`;

  function open(): { room: Room; members: Set<RoomMember> } {
    const members = new Set<RoomMember>();
    const room: Room = {
      presence: createPresence<RoomMember>(),
      broadcast(message, origin) {
        for (const member of [...members]) {
          if (member.canRead && (member !== origin || member.receivesSelf)) member.deliverBroadcast(message);
        }
      },
      announce(diff) {
        if (diff === undefined) return;
        for (const member of [...members]) if (member.presenceEnabled) member.deliverPresence(diff);
      },
    };
    return { room, members };
  }

  return {
    join(name, isPrivate, member) {
      const found = rooms.get(key(name, isPrivate)) ?? open();
      rooms.set(key(name, isPrivate), found);
      found.members.add(member);
      return found.room;
    },
    leave(name, isPrivate, member) {
      const found = rooms.get(key(name, isPrivate));
      if (found === undefined) return;
      found.members.delete(member);
      found.room.announce(found.room.presence.untrack(member));
      if (found.members.size === 0) rooms.delete(key(name, isPrivate));
    },
    find(name, isPrivate) {
      return rooms.get(key(name, isPrivate))?.room;
    },
  };
}

/** The payload of a broadcast event as JSON text; undefined for bytes that are no JSON. */
export function broadcastText(message: BroadcastMessage): JsonText | undefined {
  return message.user === undefined ? message.text : userBroadcastText(message.user);
}

/** The payload of a broadcast that did not come from a channel. */
export function broadcastObject(event: string, payload: JsonText, meta: JsonText | undefined): JsonText {
  const members: [string, JsonText][] = [
    ['type', '"broadcast"'],
    ['event', JSON.stringify(event)],
    ['payload', payload],
  ];
  if (meta !== undefined) members.push(['meta', meta]);
  return objectText(members);
}
