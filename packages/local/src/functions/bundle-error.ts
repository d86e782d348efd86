/** Why a function could not be built, in lines for its author. */
export class BundleError extends Error {}
