import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import * as inputs from '../client/input.ts';
import {
  authRateLimits,
  countedAccount,
  guessingFields,
  type LimitedAuthField,
} from '../client/rate-limits.ts';
import type { SessionTypes } from './session-types.ts';

const captcha = 'Solution of the captcha, where the service wants one.';
const redirect = 'Where the link in the message leads in the end; the service decides whether it may.';
const challenge =
  'PKCE: SHA-256 of the code verifier, base64url. The link then carries a code for `exchangeAuthCode`.';

function part(args: object, name: string): unknown {
  const input: unknown = Reflect.get(args, 'input');
  return typeof input === 'object' && input !== null ? Reflect.get(input, name) : Reflect.get(args, name);
}

/** These fields are for strangers: their token, if any, is not asked for, and so their attempts are counted. */
const forStrangers = (field: LimitedAuthField) => ({
  ignoresAuthorization: true,
  directives: { auth: { requires: 'ANON' }, rateLimit: authRateLimits[field] } as const,
  rateLimitAccount: (args: object) => countedAccount(field, (name) => part(args, name)),
  rateLimitOfStranger: true,
  rateLimitFailures: guessingFields.has(field),
});

/** Mutations that anybody may call: signing up and in, codes, and refreshing. */
export function addSessionMutations(builder: SchemaBuilder, types: SessionTypes): void {
  const { authPayload, messagePayload } = types;
  const signUpInput = builder.inputRef<inputs.SignUpInput, false>('SignUpInput').implement({
    validate: { schema: inputs.signUpInput },
    description: 'A new account: an e-mail address or a phone number, and a password.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'E-mail address; or phone.' }),
      phone: t.string({ description: 'E.164 number; or email.' }),
      password: t.string({ required: true, description: 'At most 72 bytes.' }),
      data: t.field({ type: 'JSONObject', description: 'Begins `userMetadata`.' }),
      redirectTo: t.field({ type: 'URL', description: redirect }),
      captchaToken: t.string({ description: captcha }),
      codeChallenge: t.string({ description: challenge }),
    }),
  });
  const signInInput = builder.inputRef<inputs.SignInInput, false>('SignInInput').implement({
    validate: { schema: inputs.signInInput },
    description: 'An e-mail address or a phone number, and the password.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'E-mail address; or phone.' }),
      phone: t.string({ description: 'E.164 number; or email.' }),
      password: t.string({ required: true, description: 'The password.' }),
      captchaToken: t.string({ description: captcha }),
    }),
  });
  const sendOtpInput = builder.inputRef<inputs.SendOtpInput, false>('SendOtpInput').implement({
    validate: { schema: inputs.sendOtpInput },
    description: 'Where a one-time code or magic link goes.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'E-mail address; or phone.' }),
      phone: t.string({ description: 'E.164 number; or email.' }),
      createUser: t.boolean({
        required: true,
        defaultValue: true,
        description:
          'Whether an unknown address signs up by it. If not, it is FORBIDDEN, reason `otp_disabled`: that tells it from a known one.',
      }),
      data: t.field({ type: 'JSONObject', description: 'Begins `userMetadata` of a new user.' }),
      redirectTo: t.field({ type: 'URL', description: redirect }),
      captchaToken: t.string({ description: captcha }),
      codeChallenge: t.string({ description: challenge }),
    }),
  });
  const otpType = builder.enumType('OtpType', {
    description: 'What a code or link is for.',
    values: {
      SIGNUP: { value: inputs.otpTypes.SIGNUP, description: 'Confirms a sign-up by e-mail.' },
      INVITE: { value: inputs.otpTypes.INVITE, description: 'Accepts an invitation.' },
      MAGICLINK: { value: inputs.otpTypes.MAGICLINK, description: 'Signs in by link.' },
      RECOVERY: { value: inputs.otpTypes.RECOVERY, description: 'Signs in to set a new password.' },
      EMAIL_CHANGE: { value: inputs.otpTypes.EMAIL_CHANGE, description: 'Confirms a new e-mail address.' },
      EMAIL: { value: inputs.otpTypes.EMAIL, description: 'Any code that came by mail.' },
      SMS: { value: inputs.otpTypes.SMS, description: 'A code that came by text message.' },
      PHONE_CHANGE: { value: inputs.otpTypes.PHONE_CHANGE, description: 'Confirms a new phone number.' },
    },
  });
  const verifyOtpInput = builder.inputRef<inputs.VerifyOtpInput, false>('VerifyOtpInput').implement({
    validate: { schema: inputs.verifyOtpInput },
    description: 'A code with the address it was sent to, or the hash that a link carries.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'Address the code was sent to.' }),
      phone: t.string({ description: 'Number the code was sent to.' }),
      token: t.string({ description: 'The code; or tokenHash.' }),
      tokenHash: t.string({ description: 'The hash of a link; or token with an address.' }),
      type: t.field({ type: otpType, required: true, description: 'What it is for.' }),
      redirectTo: t.field({ type: 'URL', description: redirect }),
      captchaToken: t.string({ description: captcha }),
    }),
  });
  const resendType = builder.enumType('ResendType', {
    description: 'Which message is sent again.',
    values: {
      SIGNUP: { value: inputs.resendTypes.SIGNUP, description: 'Confirmation of a sign-up by e-mail.' },
      EMAIL_CHANGE: { value: inputs.resendTypes.EMAIL_CHANGE, description: 'Confirmation of a new address.' },
      SMS: { value: inputs.resendTypes.SMS, description: 'Confirmation of a sign-up by phone.' },
      PHONE_CHANGE: { value: inputs.resendTypes.PHONE_CHANGE, description: 'Confirmation of a new number.' },
    },
  });
  const resendInput = builder.inputRef<inputs.ResendInput, false>('ResendInput').implement({
    validate: { schema: inputs.resendInput },
    description: 'Which confirmation is sent again, and to whom.',
    fields: (t) => ({
      type: t.field({ type: resendType, required: true, description: 'Which message.' }),
      email: t.field({ type: 'EmailAddress', description: 'E-mail address; or phone.' }),
      phone: t.string({ description: 'E.164 number; or email.' }),
      redirectTo: t.field({ type: 'URL', description: redirect }),
      captchaToken: t.string({ description: captcha }),
      codeChallenge: t.string({ description: challenge }),
    }),
  });

  builder.mutationFields((t) => ({
    signUp: t.field({
      type: authPayload,
      nullable: true,
      description: 'Creates an account. A known address gets the same answer where addresses are confirmed.',
      ...forStrangers('signUp'),
      secretAnswer: true,
      args: { input: t.arg({ type: signUpInput, required: true, description: 'The account.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.signUp(input, call),
    }),
    signIn: t.field({
      type: authPayload,
      nullable: true,
      description: 'Signs in with a password. An unknown account and a wrong password answer alike.',
      ...forStrangers('signIn'),
      secretAnswer: true,
      args: { input: t.arg({ type: signInInput, required: true, description: 'The credentials.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.signIn(input, call),
    }),
    signInAnonymously: t.field({
      type: authPayload,
      nullable: true,
      description: 'Makes a user without an address, who may add one later with `updateMe`.',
      ...forStrangers('signInAnonymously'),
      secretAnswer: true,
      args: {
        data: t.arg({ type: 'JSONObject', description: 'Begins `userMetadata`.' }),
        captchaToken: t.arg.string({ description: captcha }),
      },
      ...checkedBy(inputs.anonymousInput, (args, { services, call }) =>
        services.auth.signInAnonymously(args, call),
      ),
    }),
    refreshSession: t.field({
      type: authPayload,
      nullable: true,
      description: 'Gives new tokens for a refresh token, which is spent by it.',
      ...forStrangers('refreshSession'),
      secretAnswer: true,
      args: { refreshToken: t.arg.string({ required: true, description: 'The newest refresh token.' }) },
      ...checkedBy(inputs.refreshInput, ({ refreshToken }, { services, call }) =>
        services.auth.refreshSession(refreshToken, call),
      ),
    }),
    sendOtp: t.field({
      type: messagePayload,
      nullable: true,
      description: 'Sends a one-time code, or a magic link, to sign in with.',
      ...forStrangers('sendOtp'),
      args: { input: t.arg({ type: sendOtpInput, required: true, description: 'Where it goes.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.sendOtp(input, call),
    }),
    verifyOtp: t.field({
      type: authPayload,
      nullable: true,
      description: 'Signs in with a code or the hash of a link, and confirms what it was sent for.',
      ...forStrangers('verifyOtp'),
      secretAnswer: true,
      args: { input: t.arg({ type: verifyOtpInput, required: true, description: 'The code.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.verifyOtp(input, call),
    }),
    resendConfirmation: t.field({
      type: messagePayload,
      nullable: true,
      description: 'Sends a confirmation again. Nothing is told about whether the account exists.',
      ...forStrangers('resendConfirmation'),
      args: { input: t.arg({ type: resendInput, required: true, description: 'Which one.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.resendConfirmation(input, call),
    }),
    requestPasswordReset: t.field({
      type: messagePayload,
      nullable: true,
      description: 'Sends a link to set a new password. An unknown address gets the same answer.',
      ...forStrangers('requestPasswordReset'),
      args: {
        email: t.arg({ type: 'EmailAddress', required: true, description: 'Address of the account.' }),
        redirectTo: t.arg({ type: 'URL', description: redirect }),
        captchaToken: t.arg.string({ description: captcha }),
        codeChallenge: t.arg.string({ description: challenge }),
      },
      ...checkedBy(inputs.passwordResetInput, (args, { services, call }) =>
        services.auth.requestPasswordReset(args, call),
      ),
    }),
    exchangeAuthCode: t.field({
      type: authPayload,
      nullable: true,
      description: 'Ends a PKCE flow: gives tokens for the code that the redirect carried.',
      ...forStrangers('exchangeAuthCode'),
      secretAnswer: true,
      args: {
        code: t.arg.string({ required: true, description: '`code` of the redirect.' }),
        codeVerifier: t.arg.string({
          required: true,
          description: 'The text whose hash began the flow.',
        }),
      },
      ...checkedBy(inputs.exchangeInput, (args, { services, call }) =>
        services.auth.exchangeAuthCode(args, call),
      ),
    }),
  }));
}
