import type { StorageContext } from '../context.ts';
import { type Exchange, readFields, requireAuthorization, sendJson } from '../exchange.ts';
import type { ObjectMetadata } from '../object-rows.ts';
import { refuse } from '../storage-error.ts';

interface EntryRow {
  name: string;
  id: string | null;
  updated_at: Date | null;
  created_at: Date | null;
  last_accessed_at: Date | null;
  metadata: ObjectMetadata | null;
}

const orders = ['asc', 'desc'] as const;

/** List of one folder by offset. Folders are rows of nulls; names are relative; `search` matches beginnings. */
export async function listObjects(
  context: StorageContext,
  exchange: Exchange,
  bucket: string,
): Promise<void> {
  const body = await readFields(exchange);
  body.require('prefix');
  const folder = body.string('prefix') ?? '';
  const limit = body.integer('limit', { min: 1 }) ?? 100;
  const offset = body.integer('offset', { min: 0 }) ?? 0;
  const sort = body.object('sortBy');
  const column = sort?.oneOf('column', ['name', 'updated_at', 'created_at', 'last_accessed_at']) ?? 'name';
  const order = sort?.oneOf('order', orders) ?? 'asc';
  const search = body.string('search') ?? '';
  const caller = await context.authenticate(requireAuthorization(exchange));
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const rows = await context.database.as(
    caller,
    'storage.object.list',
    async (tx) =>
      await tx<EntryRow[]>`
      select name, id, updated_at, created_at, last_accessed_at, metadata
      from storage.search(${prefix}, ${bucket}, ${limit}, 1, ${offset}, ${search}, ${column}, ${order})`,
  );
  sendJson(exchange, 200, rows);
}

interface Cursor {
  name: string;
  order: (typeof orders)[number];
  column: 'name' | 'updated_at' | 'created_at';
  after: string | undefined;
}

/** List by cursor: `prefix` is plain text, names are full keys, the sorting is remembered in the cursor. */
export async function listObjectsByCursor(
  context: StorageContext,
  exchange: Exchange,
  bucket: string,
): Promise<void> {
  const body = await readFields(exchange);
  const prefix = body.string('prefix') ?? '';
  const limit = body.integer('limit', { min: 1, max: 1000 }) ?? 1000;
  const withDelimiter = body.boolean('with_delimiter') ?? false;
  const sort = body.object('sortBy');
  const given = body.string('cursor');
  const caller = await context.authenticate(requireAuthorization(exchange));
  const cursor: Cursor =
    given !== undefined && given !== ''
      ? decodeCursor(given)
      : {
          name: '',
          order: sort?.oneOf('order', orders) ?? 'asc',
          column: sort?.oneOf('column', ['name', 'updated_at', 'created_at']) ?? 'name',
          after: undefined,
        };
  const rows = await context.database.as(
    caller,
    'storage.object.list_v2',
    async (tx) =>
      await tx<(EntryRow & { sort_moment: Date | null })[]>`
      select * from storage.search_page(${prefix}, ${bucket}, ${limit + 1}, ${withDelimiter}, ${cursor.column},
        ${cursor.order}, ${cursor.name}, ${cursor.after ?? null})`,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next =
    rows.length > limit && last !== undefined
      ? {
          nextCursor: encodeCursor({ ...cursor, name: last.name, after: last.sort_moment?.toISOString() }),
          nextCursorKey: withoutSlash(last.name, last.id === null),
        }
      : {};
  const printed = page.map(({ sort_moment: _, ...row }) => {
    if (!withDelimiter) return row;
    return { key: withoutSlash(row.name.slice(prefix.lastIndexOf('/') + 1), row.id === null), ...row };
  });
  sendJson(exchange, 200, {
    hasNext: rows.length > limit,
    ...next,
    folders: printed.filter((row) => row.id === null),
    objects: printed.filter((row) => row.id !== null),
  });
}

function withoutSlash(name: string, isFolder: boolean): string {
  return isFolder ? name.replace(/\/$/, '') : name;
}

function encodeCursor({ name, order, column, after }: Cursor): string {
  const lines = [
    `l:${name}`,
    `o:${order}`,
    ...(column === 'name' ? [] : [`c:${column}`, `a:${after ?? ''}`]),
  ];
  return Buffer.from(lines.join('\n')).toString('base64');
}

function decodeCursor(text: string): Cursor {
  const parts = new Map<string, string>();
  for (const line of Buffer.from(text, 'base64').toString('utf8').split('\n')) {
    if (line[1] !== ':') throw refuse.parameter('continuation token');
    parts.set(line.slice(0, 1), line.slice(2));
  }
  const name = parts.get('l');
  const column = parts.get('c') ?? 'name';
  if (name === undefined) throw refuse.parameter('continuation token');
  if (column !== 'name' && column !== 'updated_at' && column !== 'created_at') {
    throw refuse.parameter('continuation token');
  }
  return { name, column, order: parts.get('o') === 'desc' ? 'desc' : 'asc', after: parts.get('a') };
}
