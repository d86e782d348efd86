import { quoteIdentifier } from '../../quote-identifier.ts';
import type { ValueType } from '../model/model.ts';

// Nothing here leans on the search path: another schema, or a temporary table of an earlier caller, could stand before
// what is meant. `in`, `between`, `like` and `is distinct from` look operators up by it, and are never written.

/** A table or a function with its schema. */
export function qualified({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A text of ours as a literal, whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** An operator between values of `type`: extensions bring their own, in their own schema. */
export function operatorFor(type: ValueType, symbol: string): string {
  return `operator(${operatorSchema(type)}.${symbol})`;
}

export function builtIn(symbol: string): string {
  return `operator(pg_catalog.${symbol})`;
}

/** True for a type whose operators are those of Postgres itself. */
export function isBuiltIn(type: ValueType): boolean {
  return operatorSchema(type) === 'pg_catalog';
}

const schemaPart = /^(?:"(?:[^"]|"")*"|[^".]+)(?=\.)/;

/** Enums, arrays, composites and ranges have operators for all of their kind. */
function operatorSchema(type: ValueType): string {
  if (type.kind !== 'scalar' || type.base.startsWith('pg_catalog.')) return 'pg_catalog';
  return schemaPart.exec(type.base)?.[0] ?? 'pg_catalog';
}
