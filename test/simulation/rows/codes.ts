// Codes of what a device tells, and where one code has several causes also which of them its words name.

const CAUSES: readonly (readonly [code: string, words: RegExp, cause: string])[] = [
  ['no_space', /disk of data_dir/, 'data_dir'],
  ['no_space', /above the reserve/, 'reserve'],
  ['no_space', /./, 'engine'],
  ['session_taken', /taken over/, 'by another'],
  ['session_taken', /./, 'as it seems'],
];

export const FULL = 'no_space data_dir';

export function codeOf({ code, message }: { readonly code: string; readonly message: string }): string {
  const cause = CAUSES.find(([of, words]) => of === code && words.test(message));
  return cause === undefined ? code : `${code} ${cause[2]}`;
}
