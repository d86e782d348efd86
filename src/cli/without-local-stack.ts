/** Says what an import of the local stack failed for. The image, for one, is built without it. */
export function withoutLocalStack(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    throw new Error(
      '`dev` and `--end-with-parent` need the local stack, the package bunbun-local, which is not installed here: use `serve`.',
    );
  }
  throw error;
}
