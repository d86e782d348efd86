import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';

function refused(message: string, node?: ValueNode): GraphQLError {
  const { code, details } = badInput([], message);
  return new GraphQLError(message, { extensions: { code, ...details }, ...(node ? { nodes: node } : {}) });
}

const longestText = 100;
const decimalPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,5})?$/;
const notANumber = new Set(['NaN', 'Infinity', '-Infinity']);
/** Postgres bears 131,072 digits in front of the point and 16,383 behind it. */
const mostDigits = 150_000;

function decimal(value: unknown): string {
  if (typeof value === 'number') {
    const exact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (!exact) throw refused('Decimal beyond 2^53 must be sent as a string, or digits are lost.');
    return String(value);
  }
  if (typeof value !== 'string') throw refused('Decimal must be a number or a string of one.');
  if (value.length > mostDigits || !(notANumber.has(value) || decimalPattern.test(value))) {
    throw refused('Decimal must be a number such as "12.50".');
  }
  return value;
}

interface TextScalar {
  readonly name: string;
  readonly description: string;
  readonly pattern: RegExp;
  readonly example: string;
}

/** A string of a form; Postgres has the last word about what is in it. */
function textScalar({ name, description, pattern, example }: TextScalar): GraphQLScalarType<string, string> {
  return new GraphQLScalarType<string, string>({
    name,
    description,
    parseValue(value) {
      if (typeof value === 'string' && value.length <= longestText && pattern.test(value)) return value;
      throw refused(`${name} must be a string such as "${example}".`);
    },
  });
}

const decimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'A number of any precision, as a string: `"12.50"`. Takes strings, and numbers that are written in the document. `NaN`, `Infinity` and `-Infinity` are values, too.',
  parseValue: decimal,
  parseLiteral(node) {
    // The digits as they were written, however many.
    if (node.kind === Kind.INT || node.kind === Kind.FLOAT || node.kind === Kind.STRING) {
      try {
        return decimal(node.value);
      } catch (error) {
        if (error instanceof GraphQLError) throw refused(error.message, node);
        throw error;
      }
    }
    throw refused('Decimal must be a number or a string of one.', node);
  },
});

const bytesScalar = new GraphQLScalarType<string, string>({
  name: 'Bytes',
  description: 'Bytes in base64.',
  parseValue(value) {
    if (typeof value === 'string' && isBase64(value)) return value;
    throw refused('Bytes must be a string of base64.');
  },
});

function isBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

/** Those that tables need beside the gateway's own, by name. */
export const rowsScalars = {
  Decimal: decimalScalar,
  Bytes: bytesScalar,
  LocalDateTime: textScalar({
    name: 'LocalDateTime',
    description: 'Date and time of day without a zone: `2026-01-31T12:00:00`.',
    pattern: /^(\d{4,6}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( BC)?|-?infinity)$/,
    example: '2026-01-31T12:00:00',
  }),
  Date: textScalar({
    name: 'Date',
    description: 'A day: `2026-01-31`.',
    pattern: /^(\d{4,6}-\d{2}-\d{2}( BC)?|-?infinity)$/,
    example: '2026-01-31',
  }),
  Time: textScalar({
    name: 'Time',
    description: 'A time of day: `12:00:00`; where the column has a zone, `12:00:00+00`.',
    pattern: /^\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:\d{2}){0,2})?$/,
    example: '12:00:00',
  }),
  Interval: textScalar({
    name: 'Interval',
    description: "A length of time in ISO 8601: `P1DT2H`. Takes Postgres' own forms, too: `1 day 2 hours`.",
    pattern: /^[-+0-9A-Za-z:. ]+$/,
    example: 'P1DT2H',
  }),
} as const;
