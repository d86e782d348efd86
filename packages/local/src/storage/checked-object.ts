import { refuse } from './storage-error.ts';

/**
 * Reads the fields of a JSON body or query string as Storage's schema validation does: "true" counts as true, "60"
 * as 60, unknown fields are ignored, and the first fault is told in its words.
 */
export interface CheckedObject {
  has(name: string): boolean;
  require(...names: string[]): void;
  string(name: string): string | undefined;
  boolean(name: string): boolean | undefined;
  number(name: string, limits?: { min?: number; max?: number }): number | undefined;
  integer(name: string, limits?: { min?: number; max?: number }): number | undefined;
  oneOf<const T extends string>(name: string, allowed: readonly T[]): T | undefined;
  strings(name: string, limits?: { min?: number; max?: number }): string[] | undefined;
  object(name: string): CheckedObject | undefined;
  raw(name: string): unknown;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function checkObject(value: unknown, where: string): CheckedObject {
  if (!isRecord(value)) throw refuse.validation(`${where} must be object`);
  const fields = value;
  const fail = (name: string, must: string) => refuse.validation(`${where}/${name} must ${must}`);
  const read = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

  function text(name: string, given: unknown): string {
    if (typeof given === 'string') return given;
    if (typeof given === 'number' || typeof given === 'boolean') return String(given);
    if (given === null) return '';
    throw fail(name, 'be string');
  }

  function number(
    name: string,
    must: string,
    isOne: (value: number) => boolean,
    limits: { min?: number; max?: number },
  ): number | undefined {
    const given = read(name);
    if (given === undefined) return undefined;
    const value =
      typeof given === 'string' && given.trim() !== '' ? Number(given) : given === null ? 0 : given;
    if (typeof value !== 'number' || !isOne(value)) throw fail(name, must);
    if (limits.min !== undefined && value < limits.min) throw fail(name, `be >= ${limits.min}`);
    if (limits.max !== undefined && value > limits.max) throw fail(name, `be <= ${limits.max}`);
    return value;
  }

  return {
    has: (name) => read(name) !== undefined,
    require(...names) {
      for (const name of names) {
        if (read(name) === undefined)
          throw refuse.validation(`${where} must have required property '${name}'`);
      }
    },
    string(name) {
      const given = read(name);
      return given === undefined ? undefined : text(name, given);
    },
    boolean(name) {
      const given = read(name);
      if (given === undefined || typeof given === 'boolean') return given;
      if (given === 'true' || given === 1) return true;
      if (given === 'false' || given === 0 || given === null) return false;
      throw fail(name, 'be boolean');
    },
    number: (name, limits = {}) => number(name, 'be number', Number.isFinite, limits),
    integer: (name, limits = {}) => number(name, 'be integer', Number.isInteger, limits),
    oneOf(name, allowed) {
      const given = read(name);
      if (given === undefined) return undefined;
      const found = allowed.find((each) => each === text(name, given));
      if (found === undefined) throw fail(name, 'be equal to one of the allowed values');
      return found;
    },
    strings(name, limits = {}) {
      const given = read(name);
      if (given === undefined) return undefined;
      if (!Array.isArray(given)) throw fail(name, 'be array');
      if (limits.min !== undefined && given.length < limits.min) {
        throw fail(name, `NOT have fewer than ${limits.min} items`);
      }
      if (limits.max !== undefined && given.length > limits.max) {
        throw fail(name, `NOT have more than ${limits.max} items`);
      }
      return given.map((each: unknown, index) => text(`${name}/${index}`, each));
    },
    object(name) {
      const given = read(name);
      return given === undefined ? undefined : checkObject(given, `${where}/${name}`);
    },
    raw: read,
  };
}
