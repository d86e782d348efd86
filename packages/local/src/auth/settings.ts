/** How the local auth server behaves; names follow the settings of Supabase Auth. */
export interface AuthServerSettings {
  /** Confirms e-mail addresses at sign-up, without a mail. @default true */
  readonly mailerAutoconfirm: boolean;
  /** Confirms phone numbers at sign-up, without a text message. @default true */
  readonly smsAutoconfirm: boolean;
  /** @default true */
  readonly anonymousUsers: boolean;
  /** @default false */
  readonly disableSignup: boolean;
  /** Life of an access token in seconds. @default 3600 */
  readonly jwtExpiry: number;
  /** Seconds in which a refresh token that was already used is still answered. @default 10 */
  readonly refreshTokenReuseInterval: number;
  /** Least seconds between two mails or text messages to one user. @default 1 */
  readonly messageInterval: number;
  /** Life of a code or link in seconds. @default 86400 */
  readonly otpExpiry: number;
  /** Shortest password in characters. @default 6 */
  readonly passwordMinLength: number;
  /** With a session older than a day a new password wants the nonce of GET /reauthenticate. @default false */
  readonly reauthenticateForPassword: boolean;
  /** Globs of addresses that `redirect_to` may name beside the site itself. @default [] */
  readonly uriAllowList: readonly string[];
  /** bcrypt cost. @default 10 */
  readonly bcryptCost: number;
}

export const defaultAuthServerSettings: AuthServerSettings = {
  mailerAutoconfirm: true,
  smsAutoconfirm: true,
  anonymousUsers: true,
  disableSignup: false,
  jwtExpiry: 3600,
  refreshTokenReuseInterval: 10,
  messageInterval: 1,
  otpExpiry: 86_400,
  passwordMinLength: 6,
  reauthenticateForPassword: false,
  uriAllowList: [],
  bcryptCost: 10,
};
