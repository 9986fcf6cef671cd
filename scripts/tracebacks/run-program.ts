// A program of the catalogue is run, and what it wrote is kept as an engine would tell it: by stream, line by line, in the
// order of the lines' ends.
import { spawn } from 'node:child_process';
import type { OutputLine } from '../../agent/model/last-words.ts';
import type { Python } from '../rig/pythons.ts';

const MAX_MS = 20_000;

export interface Run {
  readonly python: Python;
  readonly script: string;
  /** As if a terminal were there. */
  readonly isColoured: boolean;
}

export function runProgram({ python, script, isColoured }: Run): Promise<OutputLine[]> {
  return new Promise((resolve, reject) => {
    const colour = isColoured ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
    const child = spawn(python.program, [...python.args, script], {
      env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8', LANG: 'C.UTF-8', ...colour },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: MAX_MS,
    });
    const output: OutputLine[] = [];
    const rest = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest[stream] + text).split('\n');
        rest[stream] = lines.pop() ?? '';
        output.push(...lines.map((line) => ({ stream, text: line })));
      });
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}
