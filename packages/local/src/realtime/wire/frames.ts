import { arrayItems, type JsonText, objectMembers, objectText } from './raw-json.ts';

/** 1.0.0 is a JSON object without join_ref towards the client; 2.0.0 a JSON array, and binary frames. */
export type Vsn = '1.0.0' | '2.0.0';

/** The bytes of a broadcast as the sender gave them; `json` says whether they are JSON text. */
export interface UserBroadcast {
  readonly event: string;
  readonly json: boolean;
  readonly data: Buffer;
  /** JSON object text, or empty. */
  readonly meta: string;
}

export interface ClientMessage {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
  readonly payloadText: JsonText;
  readonly userBroadcast?: UserBroadcast;
}

export interface ServerMessage {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: JsonText;
}

const userBroadcastPushKind = 3;
const userBroadcastKind = 4;

/** A frame that is not of this protocol. The real server logs such a frame and drops it. */
class MalformedFrame extends Error {}

function textOrNull(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new MalformedFrame('a ref is neither text nor null');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedFrame('not JSON');
  }
}

/** Reads a text frame of either version. Throws MalformedFrame. */
export function decodeText(vsn: Vsn, text: string): ClientMessage {
  const parsed = parse(text);
  const values = vsn === '2.0.0' ? arrayFields(parsed, text) : objectFields(parsed, text);
  const { topic, event } = values;
  if (typeof topic !== 'string' || typeof event !== 'string') throw new MalformedFrame('no topic or event');
  return {
    joinRef: textOrNull(values.joinRef),
    ref: textOrNull(values.ref),
    topic,
    event,
    payload: values.payload,
    payloadText: values.payloadText,
  };
}

interface Fields {
  joinRef: unknown;
  ref: unknown;
  topic: unknown;
  event: unknown;
  payload: unknown;
  payloadText: JsonText;
}

function arrayFields(parsed: unknown, text: string): Fields {
  if (!Array.isArray(parsed) || parsed.length !== 5) throw new MalformedFrame('not an array of five');
  const [joinRef, ref, topic, event, payload]: unknown[] = parsed;
  return { joinRef, ref, topic, event, payload, payloadText: arrayItems(text)[4] ?? 'null' };
}

function objectFields(parsed: unknown, text: string): Fields {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new MalformedFrame('not an object');
  }
  const members = new Map<string, unknown>(Object.entries(parsed));
  for (const key of ['topic', 'event', 'payload', 'ref']) {
    if (!members.has(key)) throw new MalformedFrame(`no ${key}`);
  }
  return {
    joinRef: members.get('join_ref'),
    ref: members.get('ref'),
    topic: members.get('topic'),
    event: members.get('event'),
    payload: members.get('payload'),
    payloadText: objectMembers(text).get('payload') ?? 'null',
  };
}

/** Reads a binary frame (vsn 2.0.0, kind 3). Throws MalformedFrame. */
export function decodeBinary(frame: Buffer): ClientMessage {
  if (frame[0] !== userBroadcastPushKind || frame.length < 7) throw new MalformedFrame('unknown binary kind');
  const sizes = [...frame.subarray(1, 6)];
  let offset = 7;
  const [joinRef = '', ref = '', topic = '', event = '', meta = ''] = sizes.map((size) => {
    if (offset + size > frame.length) throw new MalformedFrame('a length points beyond the frame');
    offset += size;
    return frame.toString('utf8', offset - size, offset);
  });
  const json = frame[6] === 1;
  const data = frame.subarray(offset);
  if (json) parse(data.toString('utf8'));
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: 'broadcast',
    payload: {},
    payloadText: '{}',
    userBroadcast: { event, json, data, meta },
  };
}

export function encodeText(vsn: Vsn, message: ServerMessage): string {
  const { topic, event, payload } = message;
  if (vsn === '2.0.0') {
    const refs = `${JSON.stringify(message.joinRef)},${JSON.stringify(message.ref)}`;
    return `[${refs},${JSON.stringify(topic)},${JSON.stringify(event)},${payload}]`;
  }
  return objectText([
    ['topic', JSON.stringify(topic)],
    ['event', JSON.stringify(event)],
    ['payload', payload],
    ['ref', JSON.stringify(message.ref)],
  ]);
}

/** A kind 4 frame, or undefined when a name does not fit into its one-byte length. */
export function encodeUserBroadcast(topic: string, broadcast: UserBroadcast): Buffer | undefined {
  const fields = [topic, broadcast.event, broadcast.meta].map((field) => Buffer.from(field, 'utf8'));
  if (fields.some((field) => field.length > 255)) return undefined;
  const header = [userBroadcastKind, ...fields.map((field) => field.length), broadcast.json ? 1 : 0];
  return Buffer.concat([Buffer.from(header), ...fields, broadcast.data]);
}

/** The payload of a broadcast as JSON text, or undefined for bytes that are not JSON: version 1 never gets those. */
export function userBroadcastText(broadcast: UserBroadcast): JsonText | undefined {
  if (!broadcast.json) return undefined;
  const members: [string, JsonText][] = [
    ['type', '"broadcast"'],
    ['event', JSON.stringify(broadcast.event)],
    ['payload', broadcast.data.toString('utf8')],
  ];
  if (broadcast.meta !== '') members.push(['meta', broadcast.meta]);
  return objectText(members);
}
