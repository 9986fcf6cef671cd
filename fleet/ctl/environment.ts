// The one file of the manager's side that reads the process's environment.
// Tested in test/fleet/launcher.test.ts.

/** A frozen copy of the environment. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return Object.freeze({ ...process.env });
}
