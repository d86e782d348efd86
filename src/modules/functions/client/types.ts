/** A function's answer, whatever its status: a function decides itself what 404 or 500 mean. */
export interface FunctionAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}
