/** A server of the local stack, listening on loopback. */
export interface LocalServer {
  /** Origin without a trailing slash, such as `http://127.0.0.1:43121`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Where the local stack's servers write. */
export interface LocalLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Keys of one data folder: random, made at the first start, kept in it. */
export interface LocalKeys {
  /** HS256 secret, at least 32 characters. */
  readonly jwtSecret: string;
  /** JWTs signed with `jwtSecret`, role anon and service_role, valid for ten years. */
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}
