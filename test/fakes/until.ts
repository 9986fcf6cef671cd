// Waiting for what a test has set off, on the real clock, with a deadline.

/** Resolves once `condition` holds; fails with `what` when it does not within the deadline. */
export async function until(what: string, condition: () => boolean, deadlineMs = 8000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not in ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
