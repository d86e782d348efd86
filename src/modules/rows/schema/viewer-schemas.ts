import type { GraphQLSchema } from 'graphql';
import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../../upstream/postgres/rows/model/model.ts';
import type { Remark } from './rows-types.ts';
import { type DbResolvers, schemaWithRows, schemaWithRowsInTurns } from './schema-with-rows.ts';

/** Schemas by what may be done in them: roles with equal grants share one. */
export interface ViewerSchemas {
  schemaOf(base: GraphQLSchema, model: RowsModel, grants: Grants): GraphQLSchema;
  /** The schema of others than the caller, who came in by `schemaOf`: out of the same base. */
  schemaOfOthers(model: RowsModel, grants: Grants): GraphQLSchema;
  /** Makes schemas ahead: else whoever comes first would keep all others waiting. */
  prepare(model: RowsModel, grants: Iterable<Grants>): Promise<void>;
}

export interface ViewerSchemasDeps {
  /** What they are made of until somebody has come in. */
  readonly everybodys: GraphQLSchema;
  readonly resolvers: DbResolvers;
  /** Hears of each name once, however many schemas have it. */
  readonly remark: Remark;
}

/** Each is made ahead or when it is first asked for, and gone with its model. */
export function createViewerSchemas({ everybodys, resolvers, remark }: ViewerSchemasDeps): ViewerSchemas {
  const byModel = new WeakMap<RowsModel, Map<string, GraphQLSchema>>();
  const said = new Set<string>();
  let lastBase = everybodys;

  function remarkOnce(text: string): void {
    if (said.has(text)) return;
    said.add(text);
    remark(text);
  }

  function schemasOf(model: RowsModel): Map<string, GraphQLSchema> {
    const ofModel = byModel.get(model) ?? new Map<string, GraphQLSchema>();
    byModel.set(model, ofModel);
    return ofModel;
  }

  const viewerSchemas: ViewerSchemas = {
    schemaOf(base, model, grants) {
      lastBase = base;
      const ofModel = schemasOf(model);
      const known = ofModel.get(grants.fingerprint);
      if (known) return known;
      const schema = schemaWithRows(base, model, grants, resolvers, remarkOnce);
      ofModel.set(grants.fingerprint, schema);
      return schema;
    },
    schemaOfOthers: (model, grants) => viewerSchemas.schemaOf(lastBase, model, grants),
    async prepare(model, grants) {
      const ofModel = schemasOf(model);
      for (const each of grants) {
        if (ofModel.has(each.fingerprint)) continue;
        const schema = await schemaWithRowsInTurns(lastBase, model, each, resolvers, remarkOnce);
        ofModel.set(each.fingerprint, schema);
      }
    },
  };
  return viewerSchemas;
}
