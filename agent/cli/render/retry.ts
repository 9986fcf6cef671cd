// Tested in test/agent/cli/run.test.ts.
/** `holdfast retry` for people. */
export function renderRetry({ deployment }: { readonly deployment: string }): string {
  return `${deployment} is tried again; holdfast status shows how it goes.\n`;
}
