import { isRecord } from '../../../../lib/is-record.ts';
import { parseLosslessJson } from '../../../../lib/lossless-json.ts';
import { cutNesting } from '../../../../lib/nesting.ts';

/** One message of the server, whichever of the two encodings it came in. */
export interface ServerFrame {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
  /** True when part of the payload was nested too deeply and has been left out. */
  readonly isCut: boolean;
  /** Size on the wire, the measure for queues. */
  readonly bytes: number;
  /** The payload once more with every number as text, trailing zeros and all; undefined where they cannot matter. */
  exactPayload?(): Record<string, unknown>;
}

/** One message to the server. */
export interface ClientFrame {
  readonly joinRef: string | null;
  readonly ref: string;
  readonly topic: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

const userBroadcastPush = 3;
const userBroadcast = 4;
const jsonEncoding = 1;

/** Protocol 2.0.0: a JSON array in fixed order. */
export function encodeFrame(frame: ClientFrame): string {
  return JSON.stringify([frame.joinRef, frame.ref, frame.topic, frame.event, frame.payload]);
}

/**
 * A broadcast as a binary frame of kind 3; `payload` is JSON text or raw bytes. Throws when a field is over 255 bytes.
 */
export function encodeUserBroadcast(
  frame: Pick<ClientFrame, 'joinRef' | 'ref' | 'topic'>,
  event: string,
  payload: string | Uint8Array,
): Buffer {
  const fields = [frame.joinRef ?? '', frame.ref, frame.topic, event, ''].map((text) => Buffer.from(text));
  for (const field of fields) {
    if (field.length > 255) throw new RangeError('a field of a binary frame is over 255 bytes');
  }
  const isJson = typeof payload === 'string';
  const head = [userBroadcastPush, ...fields.map((field) => field.length), isJson ? jsonEncoding : 0];
  return Buffer.concat([Buffer.from(head), ...fields, isJson ? Buffer.from(payload) : payload]);
}

/** Reads a text frame; undefined for anything that is not one. Numbers keep their digits. */
export function decodeText(text: string): ServerFrame | undefined {
  const parsed = parsed5(text);
  if (parsed === undefined) return undefined;
  const [joinRef, ref, topic, event, payload] = parsed;
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined;
  if (!isRefOrNull(joinRef) || !isRefOrNull(ref)) return undefined;
  const isCut = cutNesting(payload, text);
  const known = isRecord(payload) ? payload : {};
  const frame = { joinRef, ref, topic, event, payload: known, isCut, bytes: text.length };
  return trailingZero.test(text) ? { ...frame, exactPayload: () => payloadOfTexts(text) } : frame;
}

/** A fraction that ends in zero outside of a longer number: `1.50`, which a double prints as 1.5. */
const trailingZero = /\d\.\d*0[,\]}]/;
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function payloadOfTexts(text: string): Record<string, unknown> {
  const quoted = text.replace(stringOrNumber, (token) => (token.startsWith('"') ? token : `"${token}"`));
  const payload = parsed5(quoted)?.[4];
  return isRecord(payload) ? payload : {};
}

/** Reads a binary frame of kind 4; undefined for other kinds and for lengths that do not fit. */
export function decodeBinary(data: Buffer): ServerFrame | undefined {
  const [kind, topicLength, eventLength, metaLength, encoding] = data;
  if (kind !== userBroadcast || topicLength === undefined || eventLength === undefined) return undefined;
  if (metaLength === undefined || encoding === undefined) return undefined;
  let at = 5;
  const take = (length: number) => {
    at += length;
    return data.subarray(at - length, at);
  };
  if (data.length < at + topicLength + eventLength + metaLength) return undefined;
  const topic = take(topicLength).toString();
  const event = take(eventLength).toString();
  const meta = metaLength === 0 ? undefined : parsedOrUndefined(take(metaLength).toString());
  const body = data.subarray(at);
  const text = encoding === jsonEncoding ? body.toString() : undefined;
  const payload = text === undefined ? body.toString('base64') : parsedOrUndefined(text);
  return {
    joinRef: null,
    ref: null,
    topic,
    event: 'broadcast',
    // Its sender made the body: one that is no JSON is a broken message of this topic alone.
    payload:
      payload === undefined ? {} : { type: 'broadcast', event, payload, ...(isRecord(meta) ? { meta } : {}) },
    isCut: text !== undefined && cutNesting(payload, text),
    bytes: data.length,
  };
}

function parsed5(text: string): unknown[] | undefined {
  const parsed = parsedOrUndefined(text);
  return Array.isArray(parsed) && parsed.length === 5 ? parsed : undefined;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return parseLosslessJson(text);
  } catch {
    return undefined;
  }
}

function isRefOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
