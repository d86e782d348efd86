import type { GraphQLSchema } from 'graphql';
import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../../upstream/postgres/rows/model/model.ts';
import { type DbResolvers, schemaWithRows, schemaWithRowsInTurns } from './schema-with-rows.ts';

/** Schemas by what may be done in them: roles with equal grants share one. */
export interface ViewerSchemas {
  schemaOf(base: GraphQLSchema, model: RowsModel, grants: Grants): GraphQLSchema;
  /** The schema of others than the caller, who came in by `schemaOf`: out of the same base. */
  schemaOfOthers(model: RowsModel, grants: Grants): GraphQLSchema;
  /** Makes schemas ahead, for after a change: else whoever comes first would keep all others waiting. */
  prepare(model: RowsModel, grants: Iterable<Grants>): Promise<void>;
}

/** Each is made when it is first asked for, and gone with its model. */
export function createViewerSchemas(resolvers: DbResolvers): ViewerSchemas {
  const byModel = new WeakMap<RowsModel, Map<string, GraphQLSchema>>();
  let lastBase: GraphQLSchema | undefined;
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
      const schema = schemaWithRows(base, model, grants, resolvers);
      ofModel.set(grants.fingerprint, schema);
      return schema;
    },
    schemaOfOthers(model, grants) {
      if (lastBase === undefined) throw new Error('Nobody has come in yet.');
      return viewerSchemas.schemaOf(lastBase, model, grants);
    },
    async prepare(model, grants) {
      // Nobody has come in since the start: the first ones are made as they are asked for.
      if (lastBase === undefined) return;
      const ofModel = schemasOf(model);
      for (const each of grants) {
        if (ofModel.has(each.fingerprint)) continue;
        ofModel.set(each.fingerprint, await schemaWithRowsInTurns(lastBase, model, each, resolvers));
      }
    },
  };
  return viewerSchemas;
}
