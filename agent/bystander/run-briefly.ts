// Programs of the system that are asked for a few lines.
// Tested in test/agent/bystander/unit.test.ts.
import { execFile } from 'node:child_process';

export interface Bounds {
  readonly limitMs: number;
  readonly maxBytes: number;
}

/** What a program of the system prints. Rejects with its words where it fails, is missing, or takes too long. */
export function runBriefly(
  program: string,
  args: readonly string[],
  { limitMs, maxBytes }: Bounds,
): Promise<string> {
  const options = { timeout: limitMs, maxBuffer: maxBytes, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if ('code' in error && error.code === 'ENOENT')
        reject(new Error(`there is no ${program} on this device`));
      else
        reject(
          new Error(stderr.trim().split('\n')[0]?.replace(/\.$/, '') || `${program} failed or took too long`),
        );
    });
  });
}
