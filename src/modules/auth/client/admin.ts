import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { badArgument, badInput } from '../../../lib/bad-input.ts';
import { checkFirst, decodeCursor, encodeCursor } from '../../../lib/cursor.ts';
import type { Page } from '../../../lib/page.ts';
import { isReservedRole } from '../../../lib/reserved-role.ts';
import { encodeSegment } from '../../../upstream/http/request-target.ts';
import type { Call } from '../../../viewer/call.ts';
import { withCode } from './errors.ts';
import type { AuthExchange } from './exchange.ts';
import type { CreateUserInput, InviteInput, LinkInput, UpdateUserInput } from './input.ts';
import { type AuthLinkProperties, type AuthUser, linkSchema, userListSchema, userSchema } from './types.ts';

const maxFirst = 200;
// It goes into the request target, which servers bound.
const maxFilter = 255;
const cursorKind = 'User';

interface UserListArgs {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly filter?: string | null | undefined;
}

/** User administration: the auth service lets only a service key do it. */
export interface AdminClient {
  users(args: UserListArgs, call: Call): Promise<Page<AuthUser>>;
  /** Null when there is no such user. */
  user(id: string, call: Call): Promise<AuthUser | null>;
  createUser(input: CreateUserInput, call: Call): Promise<AuthUser>;
  updateUser(id: string, input: UpdateUserInput, call: Call): Promise<AuthUser>;
  deleteUser(id: string, soft: boolean, call: Call): Promise<{ userId: string }>;
  inviteUser(input: InviteInput, call: Call): Promise<AuthUser>;
  generateAuthLink(input: LinkInput, call: Call): Promise<AuthLinkProperties & { user: AuthUser }>;
}

export interface AdminClientDeps {
  readonly exchange: AuthExchange;
  /** Values of `role` that may be given to a user, beside `authenticated`. */
  readonly extraRoles: readonly string[];
}

function offsetAfter(after: string | null | undefined): number {
  if (after === null || after === undefined) return 0;
  const [offset] = decodeCursor(cursorKind, after);
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || offset > 1e9) {
    throw badInput(['after'], 'after: is not a cursor of this list.', {
      issue: 'is not a cursor of this list',
    });
  }
  return offset + 1;
}

/** The service puts the filter between two % of a LIKE as it is: escaped, each character stands for itself. */
function patternOf(filter: string | null | undefined): string | undefined {
  if (filter === null || filter === undefined || filter === '') return undefined;
  const message =
    filter.length > maxFilter
      ? `must not be longer than ${maxFilter} characters`
      : filter.includes('\0')
        ? 'must not hold the character NUL'
        : undefined;
  if (message === undefined) return filter.replace(/[\\%_]/g, '\\$&');
  throw badArgument('filter', message);
}

function missing(error: unknown): unknown {
  if (error instanceof AppError && error.details['reason'] === 'user_not_found') {
    return withCode(error, 'NOT_FOUND', 'There is no such user.');
  }
  return error;
}

/** A taken address on an update is a plain failure upstream, which only names Postgres' own code in its old form. */
function takenAddress(error: unknown): unknown {
  if (!(error instanceof AppError) || error.details['reason'] !== '23505') return error;
  const said = String(error.privileged['upstreamMessage']);
  const byEmail = said.includes('"users_email_');
  // Another constraint is one of the project's own, which a trigger ran into.
  if (!byEmail && !said.includes('"users_phone_')) return error;
  return new AppError('CONFLICT', `The ${byEmail ? 'e-mail address' : 'phone number'} is taken.`, {
    cause: error.cause,
    details: { reason: byEmail ? 'email_exists' : 'phone_exists' },
    privileged: error.privileged,
  });
}

export function createAdminClient({ exchange, extraRoles }: AdminClientDeps): AdminClient {
  const roles = ['authenticated', ...extraRoles.filter((role) => !isReservedRole(role))];

  function checkRole(role: string | undefined): void {
    if (role === undefined || roles.includes(role)) return;
    throw badArgument('role', `must be one of ${roles.join(', ')}`);
  }

  async function page(number: number, size: number, filter: string | undefined, call: Call) {
    const { value, headers } = await exchange.askWithHeaders(
      {
        method: 'GET',
        path: '/admin/users',
        // Oldest first: a user who signs up meanwhile does not shift the pages.
        query: { page: number, per_page: size, sort: 'created_at asc', filter },
      },
      userListSchema,
      call,
    );
    const total = Number(headers['x-total-count']);
    return { users: value.users, total: Number.isSafeInteger(total) ? total : null };
  }

  const path = (id: string) => `/admin/users/${encodeSegment(id)}`;

  return {
    async users({ first, after, filter }, call) {
      const size = checkFirst(first, maxFirst);
      const offset = offsetAfter(after);
      const wanted = patternOf(filter);
      // Pages of the service begin at multiples of their size; a cursor may lie between two.
      const number = Math.floor(offset / size) + 1;
      const skip = offset % size;
      const head = await page(number, size, wanted, call);
      const tail =
        skip > 0 && head.users.length === size ? await page(number + 1, size, wanted, call) : undefined;
      const users = [...head.users, ...(tail?.users ?? [])].slice(skip, skip + size);
      const edges = users.map((node, index) => ({
        cursor: encodeCursor(cursorKind, [offset + index]),
        node,
      }));
      const end = offset + users.length;
      return {
        edges,
        hasNextPage: head.total === null ? users.length === size : end < head.total,
        hasPreviousPage: offset > 0,
        totalCount: head.total,
      };
    },
    async user(id, call) {
      try {
        return await exchange.ask({ method: 'GET', path: path(id) }, userSchema, call);
      } catch (error) {
        if (error instanceof AppError && error.details['reason'] === 'user_not_found') return null;
        throw error;
      }
    },
    async createUser(input, call) {
      checkRole(input.role);
      const request = { method: 'POST', path: '/admin/users', body: toWire(input) } as const;
      return await exchange.ask(request, userSchema, call);
    },
    async updateUser(id, input, call) {
      checkRole(input.role);
      try {
        return await exchange.ask(
          { method: 'PUT', path: path(id), body: toWire(input), legacyErrors: true },
          userSchema,
          call,
        );
      } catch (error) {
        throw takenAddress(missing(error));
      }
    },
    async deleteUser(id, soft, call) {
      try {
        const body = { should_soft_delete: soft };
        await exchange.tell({ method: 'DELETE', path: path(id), body }, call);
      } catch (error) {
        throw missing(error);
      }
      return { userId: id };
    },
    async inviteUser({ email, data, redirectTo }, call) {
      const query = { redirect_to: redirectTo };
      const request = { method: 'POST', path: '/invite', query, body: { email, data } } as const;
      return await exchange.ask(request, userSchema, call);
    },
    async generateAuthLink({ type, email, newEmail, password, data, redirectTo }, call) {
      const body = { type, email, new_email: newEmail, password, data, redirect_to: redirectTo };
      try {
        // The answer is a user with the link's properties beside its own.
        const flat = await exchange.ask(
          { method: 'POST', path: '/admin/generate_link', body },
          z.intersection(
            linkSchema.transform((link) => ({ link })),
            userSchema.transform((user) => ({ user })),
          ),
          call,
        );
        const hashedToken = type === 'email_change_new' ? tokenOf(flat.link) : flat.link.hashedToken;
        return { ...flat.link, hashedToken, user: flat.user };
      } catch (error) {
        throw missing(error);
      }
    },
  };
}

/** For a new address the service names a hash that it does not know; the one in the link is good. */
function tokenOf({ actionLink, hashedToken }: AuthLinkProperties): string {
  return (URL.canParse(actionLink) && new URL(actionLink).searchParams.get('token')) || hashedToken;
}

function toWire(input: UpdateUserInput): object {
  return {
    email: input.email,
    phone: input.phone,
    password: input.password,
    email_confirm: input.emailConfirm,
    phone_confirm: input.phoneConfirm,
    user_metadata: input.userMetadata,
    app_metadata: input.appMetadata,
    role: input.role,
    ban_duration: input.banDuration,
  };
}
