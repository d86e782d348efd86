import { badArgument } from '../../../../lib/bad-input.ts';
import { isRecord } from '../../../../lib/is-record.ts';

/** Throws BAD_USER_INPUT for what Realtime takes only as an object. */
export function checkObject(argument: string, value: unknown): asserts value is Record<string, unknown> {
  if (!isRecord(value)) throw badArgument(argument, 'It must be an object.');
}

/** Throws BAD_USER_INPUT for a text that Realtime cannot carry; `longest` is in bytes. */
export function checkText(argument: string, text: string, longest: number): void {
  if (text === '') throw badArgument(argument, 'It is empty.');
  if (Buffer.byteLength(text) > longest) throw badArgument(argument, `It is longer than ${longest} bytes.`);
  if (text.includes('\0')) throw badArgument(argument, 'It holds a NUL character.');
}
