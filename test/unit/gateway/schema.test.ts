import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  parse,
  validate,
  validateSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../../src/gateway/schema.ts';
import { createBuilder } from '../../../src/graphql/kit/create-builder.ts';
import { printSchema, printSchemaInTurns } from '../../../src/graphql/kit/print-schema.ts';
import { graphiqlExamples } from '../../../src/http/graphql/graphiql-examples.ts';
import { rootFields } from '../../support/minimal-operation.ts';

const schema = createSchema();

describe('the schema', () => {
  it('is valid', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it('declares on every root field who may select it', () => {
    expect(rootFields(schema).filter(({ requires }) => requires === undefined)).toEqual([]);
  });

  it('does not build with a root field that declares nothing', () => {
    const builder = createBuilder();
    builder.queryField('open', (t) => t.string({ resolve: () => 'x' }));
    expect(() => builder.toSchema()).toThrow(/Query\.open declares no access/);
  });

  it('prints its access rules and limits as directives', () => {
    const sdl = printSchema(schema);
    const definitions = sdl.replace(/"""[^"]*"""/g, '').replace(/\s+/g, ' ');
    expect(definitions).toContain('directive @auth( requires: Role! = AUTHENTICATED ) on FIELD_DEFINITION');
    expect(definitions).toContain(
      'directive @rateLimit( limit: Int! window: Duration! ) on FIELD_DEFINITION',
    );
    expect(sdl).toMatch(/viewer: Viewer! @auth\(requires: ANON\)/);
  });

  it('is the same text where it is written in turns', async () => {
    expect(await printSchemaInTurns(schema)).toBe(printSchema(schema));
  });

  it('says in the description of a root field who may select it, and how often: introspection has no directives', () => {
    const described = (name: string) => schema.getMutationType()?.getFields()[name]?.description;
    expect(described('executeSql')).toMatch(/ Access: SERVICE_ROLE\.$/);
    expect(described('signIn')).toMatch(/ Access: ANON\. Limit: 30 calls in 5m\.$/);
    const undescribed = rootFields(schema).filter(
      ({ field, requires }) => !field.description?.includes(`Access: ${requires}.`),
    );
    expect(undescribed).toEqual([]);
  });

  it.each(graphiqlExamples)('answers the example of GraphiQL: %s', (example) => {
    expect(validate(schema, parse(example))).toEqual([]);
  });

  it('describes every type, field, argument and enum value', () => {
    const missing: string[] = [];
    const note = (name: string, description: string | null | undefined): void => {
      if (!description?.trim()) missing.push(name);
    };
    for (const directive of schema.getDirectives()) {
      if (!isSpecifiedDirective(directive)) note(`@${directive.name}`, directive.description);
    }
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
      note(type.name, type.description);
      if (isEnumType(type)) {
        for (const value of type.getValues()) note(`${type.name}.${value.name}`, value.description);
      }
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields()))
          note(`${type.name}.${field.name}`, field.description);
      }
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          note(`${type.name}.${field.name}`, field.description);
          for (const argument of field.args) {
            note(`${type.name}.${field.name}(${argument.name})`, argument.description);
          }
        }
      }
    }
    expect(missing).toEqual([]);
  });

  it('makes nullable what calls an upstream, so that one outage does not empty the rest', () => {
    const strict = rootFields(schema)
      .filter(({ kind, field }) => kind !== 'subscription' && String(field.type).endsWith('!'))
      .map(({ field }) => field.name);
    expect(strict.sort()).toEqual(['health', 'services', 'viewer']);
  });

  it('takes no explicit null for an argument with a default', () => {
    const loose = rootFields(schema).flatMap(({ field }) =>
      field.args
        .filter((argument) => argument.defaultValue !== undefined && !String(argument.type).endsWith('!'))
        .map((argument) => `${field.name}(${argument.name})`),
    );
    expect(loose).toEqual([]);
  });
});
