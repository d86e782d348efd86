import type { Table } from './model.ts';

/** The fields that a table may have under `db`, where it takes what they do. */
export function rootNames({ apiName, typeName, keys }: Table): {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
} {
  return {
    reads: [
      apiName,
      `${apiName}Connection`,
      `${apiName}Aggregate`,
      `${apiName}Groups`,
      ...keys.flatMap((key) => (key.apiName === undefined ? [] : [`${apiName}${key.apiName}`])),
    ],
    writes: [
      `insert${typeName}`,
      `insert${typeName}One`,
      `update${typeName}`,
      `update${typeName}Many`,
      `update${typeName}ByPk`,
      `delete${typeName}`,
      `delete${typeName}ByPk`,
    ],
  };
}
