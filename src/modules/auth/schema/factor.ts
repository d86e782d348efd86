import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import * as inputs from '../client/input.ts';
import { authRateLimits } from '../client/rate-limits.ts';
import type { AuthChallenge, AuthEnrollment } from '../client/types.ts';
import type { SessionTypes } from './session-types.ts';
import { type AuthTypes, knownFactorType } from './user.ts';

/** Mutations for second factors. */
export function addFactorSchema(
  builder: SchemaBuilder,
  { factorType }: AuthTypes,
  { authPayload }: SessionTypes,
): void {
  const enrollment = builder.objectRef<AuthEnrollment>('FactorEnrollment').implement({
    description: 'A new factor. The secret is shown this once.',
    fields: (t) => ({
      factorId: t.expose('factorId', { type: 'UUID', description: 'Id of the factor.' }),
      type: t.field({
        type: factorType,
        nullable: true,
        description: 'Kind; null for one that this schema does not know.',
        resolve: ({ type }) => knownFactorType(type),
      }),
      friendlyName: t.exposeString('friendlyName', {
        nullable: true,
        description: 'Name the user gave it; null without one.',
      }),
      qrCode: t.exposeString('qrCode', {
        nullable: true,
        description: 'For TOTP: a QR code for the authenticator app, as SVG text.',
      }),
      secret: t.exposeString('secret', {
        nullable: true,
        description: 'For TOTP: the secret in base 32, to type in.',
      }),
      uri: t.exposeString('uri', { nullable: true, description: 'For TOTP: what the QR code says.' }),
      phone: t.exposeString('phone', { nullable: true, description: 'For phone factors: the number.' }),
    }),
  });
  const factorChallenge = builder.objectRef<AuthChallenge>('FactorChallenge').implement({
    description: 'A challenge to answer with `verifyFactor`, from the same address.',
    fields: (t) => ({
      challengeId: t.expose('challengeId', { type: 'UUID', description: 'Its id.' }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'Until when it can be answered.',
      }),
    }),
  });
  const unenrolled = builder.objectRef<{ factorId: string }>('UnenrollFactorPayload').implement({
    description: 'A factor was removed.',
    fields: (t) => ({
      factorId: t.expose('factorId', { type: 'UUID', description: 'Which one.' }),
    }),
  });
  const enrollType = builder.enumType('EnrollFactorType', {
    description: 'Kinds of factors that can be enrolled here.',
    values: {
      TOTP: { value: 'totp', description: 'Codes of an authenticator app.' },
      PHONE: { value: 'phone', description: 'Codes by text message, where the service has them.' },
    } as const,
  });
  const enrollInput = builder.inputRef<inputs.EnrollInput, false>('EnrollFactorInput').implement({
    validate: { schema: inputs.enrollInput },
    description: 'A factor to enrol.',
    fields: (t) => ({
      type: t.field({ type: enrollType, required: true, defaultValue: 'totp', description: 'Kind.' }),
      friendlyName: t.string({ description: 'A name of its own among the factors of the user.' }),
      issuer: t.string({
        description: 'For TOTP: what the app shows beside the account; the site by default.',
      }),
      phone: t.string({ description: 'For phone factors: an E.164 number.' }),
    }),
  });
  const verifyInput = builder.inputRef<inputs.VerifyFactorInput, false>('VerifyFactorInput').implement({
    validate: { schema: inputs.verifyFactorInput },
    description: 'The answer to a challenge.',
    fields: (t) => ({
      factorId: t.field({ type: 'UUID', required: true, description: 'The factor.' }),
      challengeId: t.field({ type: 'UUID', required: true, description: 'The challenge.' }),
      code: t.string({ required: true, description: 'Six digits.' }),
    }),
  });

  const auth = { requires: 'AUTHENTICATED' } as const;
  builder.mutationFields((t) => ({
    enrollFactor: t.field({
      type: enrollment,
      nullable: true,
      description: 'Begins a second factor. It counts once `verifyFactor` has proved it.',
      directives: { auth, rateLimit: authRateLimits.enrollFactor },
      secretAnswer: true,
      args: { input: t.arg({ type: enrollInput, required: true, description: 'The factor.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.enrollFactor(input, call),
    }),
    challengeFactor: t.field({
      type: factorChallenge,
      nullable: true,
      description: 'Asks for a challenge of a factor.',
      directives: { auth, rateLimit: authRateLimits.challengeFactor },
      args: { factorId: t.arg({ type: 'UUID', required: true, description: 'The factor.' }) },
      resolve: (_root, { factorId }, { services, call }) => services.auth.challengeFactor(factorId, call),
    }),
    verifyFactor: t.field({
      type: authPayload,
      nullable: true,
      description: 'Answers a challenge: the session goes on at aal2, with new tokens.',
      directives: { auth, rateLimit: authRateLimits.verifyFactor },
      secretAnswer: true,
      args: { input: t.arg({ type: verifyInput, required: true, description: 'The answer.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.verifyFactor(input, call),
    }),
    unenrollFactor: t.field({
      type: unenrolled,
      nullable: true,
      description: 'Removes a factor. A verified one needs a session at aal2.',
      directives: { auth },
      args: { factorId: t.arg({ type: 'UUID', required: true, description: 'The factor.' }) },
      resolve: (_root, { factorId }, { services, call }) => services.auth.unenrollFactor(factorId, call),
    }),
  }));
}
