// What the checks read of /proc, /sys and /etc. Tested in test/agent/checks/wear.test.ts.

export interface SystemFiles {
  /** Trimmed content; `null` when it cannot be read. */
  read(file: string): string | null;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(directory: string): string[];
}
