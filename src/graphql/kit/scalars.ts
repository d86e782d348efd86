import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { badInput } from '../../lib/bad-input.ts';
import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { isJsonObject } from '../../lib/json-object.ts';
import { isTooDeep, mostLevels } from '../../lib/nesting.ts';
import type { SchemaBuilder } from './builder.ts';
import { UploadedFile } from './uploaded-file.ts';

function refused(message: string): GraphQLError {
  const { code, details } = badInput([], message);
  return new GraphQLError(message, { extensions: { code, ...details } });
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const bigIntPattern = /^-?(0|[1-9][0-9]*)$/;
const int8Min = -(2n ** 63n);
const int8Max = 2n ** 63n - 1n;
// One @, something on both sides, no white space or control characters; the auth service has the last word.
const emailPattern = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/;
const dateTimePattern = /^\d{4,6}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)$/;

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw refused(`${name} must be a string.`);
  return value;
}

function parseBigInt(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) {
      throw refused('BigInt beyond 2^53 must be sent as a decimal string, or digits are lost.');
    }
    return String(value);
  }
  const digits = typeof value === 'bigint' ? String(value) : text('BigInt', value);
  if (digits.length > 20 || !bigIntPattern.test(digits)) {
    throw refused('BigInt must be a whole number written in decimal digits.');
  }
  const parsed = BigInt(digits);
  if (parsed < int8Min || parsed > int8Max) throw refused('BigInt must fit in 64 bits.');
  return digits;
}

function parseUrl(value: unknown): string {
  const given = text('URL', value);
  if (given.length > 2048 || !URL.canParse(given)) throw refused('URL must be an absolute URL.');
  return given;
}

function parseJsonLiteral(node: ValueNode, variables: Record<string, unknown> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT: {
      const number = Number(node.value);
      if (!Number.isSafeInteger(number)) {
        throw refused('A JSON number beyond 2^53 would lose digits: send it as a string.');
      }
      return number;
    }
    case Kind.FLOAT: {
      const number = Number(node.value);
      if (!Number.isFinite(number)) throw refused('A JSON number must be finite.');
      return number;
    }
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, parseJsonLiteral(field.value, variables)]),
      );
    case Kind.LIST:
      return node.values.map((value) => parseJsonLiteral(value, variables));
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.ENUM:
      throw refused(`JSON has no enum values: write "${node.value}" in quotes.`);
  }
}

function parseJson(value: unknown): unknown {
  if (isTooDeep(value)) throw refused(`JSON must not be nested deeper than ${mostLevels} levels.`);
  return value;
}

/** Adds every custom scalar of the schema to the builder. */
export function addScalars(builder: SchemaBuilder): void {
  builder.scalarType('DateTime', {
    description:
      "A moment in ISO 8601, UTC, with the upstream's own precision (microseconds are kept): `2026-01-31T12:00:00.123456Z`. Rows of tables have `+00:00` in place of `Z`, as Postgres writes it.",
    serialize: (value) => value,
    parseValue: (value) => {
      const given = text('DateTime', value);
      if (!dateTimePattern.test(given) || Number.isNaN(Date.parse(given.replace(/\.(\d{3})\d+/, '.$1')))) {
        throw refused('DateTime must be ISO 8601 with a zone, such as 2026-01-31T12:00:00Z.');
      }
      return given;
    },
  });
  builder.scalarType('Duration', {
    description: 'A length of time: `500ms`, `30s`, `15m`, `1h`, or ISO 8601 such as `PT30S`.',
    serialize: (milliseconds) =>
      typeof milliseconds === 'number' ? formatDuration(milliseconds) : milliseconds,
    parseValue: (value) => {
      const milliseconds = parseDuration(text('Duration', value));
      if (milliseconds === undefined) {
        throw refused('Duration must be written like "500ms", "30s", "15m", "1h" or "PT30S".');
      }
      return milliseconds;
    },
  });
  builder.scalarType('JSON', {
    description:
      'Any JSON value. Numbers that JavaScript cannot hold exactly are strings in answers, and are refused in arguments.',
    serialize: (value) => value,
    parseValue: parseJson,
    parseLiteral: parseJsonLiteral,
  });
  builder.scalarType('JSONObject', {
    description: 'A JSON object.',
    serialize: (value) => value,
    parseValue: (value) => {
      if (!isJsonObject(value)) throw refused('JSONObject must be an object: { … }.');
      parseJson(value);
      return value;
    },
    parseLiteral: (node, variables) => {
      const value = parseJsonLiteral(node, variables);
      if (!isJsonObject(value)) throw refused('JSONObject must be an object: { … }.');
      return value;
    },
  });
  builder.scalarType('BigInt', {
    description: 'A 64-bit whole number, always a decimal string in answers.',
    serialize: (value) => String(value),
    parseValue: parseBigInt,
    parseLiteral: (node) => {
      if (node.kind !== Kind.INT && node.kind !== Kind.STRING) {
        throw refused('BigInt must be a whole number.');
      }
      return parseBigInt(node.value);
    },
  });
  builder.scalarType('File', {
    description: 'A part of a multipart request, by the GraphQL multipart request specification.',
    serialize: () => {
      throw new Error('File is an input type.');
    },
    parseValue: (value) => {
      if (!(value instanceof UploadedFile)) {
        throw refused('File must be a part of a multipart/form-data request that `map` points at.');
      }
      return value;
    },
    parseLiteral: () => {
      throw refused('File must be a variable of a multipart/form-data request.');
    },
  });
  builder.scalarType('URL', {
    description: 'An absolute URL.',
    serialize: (value) => value,
    parseValue: parseUrl,
  });
  builder.scalarType('UUID', {
    description: 'A UUID in its text form.',
    serialize: (value) => value,
    parseValue: (value) => {
      const given = text('UUID', value);
      if (!uuidPattern.test(given)) {
        throw refused('UUID must look like 123e4567-e89b-12d3-a456-426614174000.');
      }
      return given.toLowerCase();
    },
  });
  builder.scalarType('EmailAddress', {
    description: 'An e-mail address.',
    serialize: (value) => value,
    parseValue: (value) => {
      const given = text('EmailAddress', value);
      if (given.length > 255 || !emailPattern.test(given)) {
        throw refused('EmailAddress must look like name@example.com.');
      }
      return given;
    },
  });
}
