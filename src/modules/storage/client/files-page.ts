import { badCursor, checkFirst, decodeCursor, encodeCursor } from '../../../lib/cursor.ts';
import type { Page } from '../../../lib/page.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';
import type { Call } from '../../../viewer/call.ts';
import { defaultFileSort, type FileSort, type FilesInput } from './input.ts';
import type { Send } from './send.ts';
import { type FileEntry, pageSchema, toFile } from './types.ts';

/** Storage's own limit for one page. */
const maxPage = 1000;

/**
 * A place in the list: Storage's cursor of a page, that page's size, and how many of its entries lie behind us. Storage
 * has cursors only between pages; asking for the same page again and skipping makes one of every entry.
 */
interface Place {
  readonly upstream: string;
  readonly size: number;
  readonly skip: number;
}

/** One page of what lies under a prefix: folders and files, in the order of `sortBy`. */
export async function listFiles(send: Send, args: FilesInput, call: Call): Promise<Page<FileEntry>> {
  const first = checkFirst(args.first, maxPage);
  const sort = args.sortBy ?? defaultFileSort;
  const kind = `files:${sort.by}:${sort.direction}`;
  let place = args.after ? readPlace(kind, args.after) : { upstream: '', size: first, skip: 0 };
  const edges: { cursor: string; node: FileEntry }[] = [];
  let hasNextPage = false;
  for (;;) {
    const page = await fetchPage(send, args, sort, place, call);
    // A service that has nothing to show, but always a next page, would be asked for ever.
    if (page.entries.length === 0) break;
    const { upstream, size, skip } = place;
    const wanted = page.entries.slice(skip, skip + first - edges.length);
    const atEnd = skip + wanted.length >= page.entries.length;
    wanted.forEach((node, index) => {
      const behind = skip + index + 1;
      // The last entry of Storage's page lies where its next page begins: going on from there skips nothing.
      const after =
        behind === page.entries.length && page.next !== undefined
          ? writePlace(kind, { upstream: page.next, size: first, skip: 0 })
          : writePlace(kind, { upstream, size, skip: behind });
      edges.push({ cursor: after, node });
    });
    hasNextPage = !atEnd || page.next !== undefined;
    if (!atEnd || page.next === undefined || edges.length >= first) break;
    place = { upstream: page.next, size: first - edges.length, skip: 0 };
  }
  return {
    edges,
    hasNextPage,
    hasPreviousPage: args.after !== undefined && args.after !== null,
  };
}

async function fetchPage(send: Send, args: FilesInput, sort: FileSort, place: Place, call: Call) {
  const page = await send(
    pageSchema,
    {
      method: 'POST',
      path: `/object/list-v2/${encodeSegment(args.bucket)}`,
      idempotent: true,
      body: {
        prefix: args.prefix,
        limit: place.size,
        with_delimiter: true,
        sortBy: { column: sort.by, order: sort.direction },
        ...(place.upstream === '' ? {} : { cursor: place.upstream }),
      },
    },
    call,
  );
  const folders: FileEntry[] = page.folders.map(({ name }) => ({
    kind: 'folder',
    bucket: args.bucket,
    path: name.endsWith('/') ? name : `${name}/`,
  }));
  const files: FileEntry[] = page.objects.map((object) => toFile(args.bucket, object));
  const entries = [...folders, ...files];
  // Storage tells folders and files apart; by name they can be put together again, by time folders have none.
  if (sort.by === 'name') {
    const sign = sort.direction === 'desc' ? -1 : 1;
    entries.sort((a, b) => sign * Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  }
  return { entries, next: page.hasNext ? page.nextCursor : undefined };
}

function writePlace(kind: string, { upstream, size, skip }: Place): string {
  return encodeCursor(kind, [upstream, size, skip]);
}

function readPlace(kind: string, cursor: string): Place {
  const [upstream, size, skip] = decodeCursor(kind, cursor);
  if (!isUpstreamCursor(String(upstream ?? ''))) throw badCursor();
  return { upstream: String(upstream ?? ''), size: bounded(size, 1), skip: bounded(skip, 0) };
}

/** Storage hands what its cursor holds to its database: the name to go on after, and in `a:` the time. */
function isUpstreamCursor(text: string): boolean {
  const lines = Buffer.from(text, 'base64').toString('utf8').split('\n');
  return lines.every(
    (line) => !line.includes('\0') && (!line.startsWith('a:') || isMoment.test(line.slice(2))),
  );
}

const isMoment = /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$/;

function bounded(value: string | number | undefined, least: number): number {
  const number = Number(value);
  return Number.isInteger(number) ? Math.min(Math.max(number, least), maxPage) : least;
}
