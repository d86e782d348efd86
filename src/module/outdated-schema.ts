/**
 * What the source of a subscription ends with when the schema that its operation was read by is another one by now: the
 * engine prepares the operation anew, and goes on with what comes of that.
 */
export class OutdatedSchema extends Error {
  constructor() {
    super('The schema of a subscription is another one by now.');
  }
}
