/** Completions of "NAME must be …" that several variables share. */
export const yesNo = '`true` or `false`';
export const aDuration = 'a duration such as `500ms`, `30s` or `15m`';
export const aSize = 'a size such as `64kb` or `5mb`';
export const aUrl = 'an http or https URL without user, query and fragment';
