// A container that hangs is asked for the stacks of its Python threads: a Python of its own sends its processes the signal
// that they listen to, and what they write comes by the log. Nothing of it ends a process, and nothing waits for it long.
// Tested in test/integration/agent/hang.test.ts.
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { systemClock } from '../../lib/time/system-clock.ts';
import { signalAfter } from '../../lib/time/timer.ts';
import type { OutputLine } from '../model/last-words.ts';
import { ASK_THREADS } from '../python/ask-threads.ts';
import { isDumpHeader } from '../python/thread-dump.ts';
import { openLogs } from './log-stream.ts';

/** From the verdict to the stop, whatever answers. */
const MAX_MS = 1000;
/** What was written since it was asked, and no more of it than this. */
const MAX_LINES = 2000;
/** A dump is over when nothing came for so long. */
const QUIET_MS = 50;
/** A Python of any name on the container's path, but the one that it was started with first. */
const PROGRAMS = ['python3', 'python'];

/** The lines of the dump, with what else was written meanwhile; none where nothing answers in time. Never rejects. */
export async function askThreads(docker: Docker, container: string): Promise<readonly OutputLine[]> {
  const over = new AbortController();
  const hearing = { lines: [], signal: signalAfter(MAX_MS, over.signal) };
  // With no log to hear there is nothing to wait for.
  await Promise.race([hear(docker, container, hearing), askAll(docker, container, hearing)]);
  over.abort();
  return hasDump(hearing) ? [...hearing.lines] : [];
}

interface Hearing {
  readonly lines: OutputLine[];
  /** When it is over. */
  readonly signal: AbortSignal;
}

function hasDump({ lines }: Hearing): boolean {
  return lines.some((line) => isDumpHeader(line.text));
}

/** Until the dump is there. Never rejects: an engine or a container that hangs too has told what it has told. */
async function askAll(docker: Docker, id: string, hearing: Hearing): Promise<void> {
  const { signal } = hearing;
  try {
    const container = docker.getContainer(id);
    const { Path, State } = await container.inspect({ abortSignal: signal });
    if (!State.Running || State.Paused) return;
    const asked = await ask(container, programsFor(Path), signal);
    if (asked > 0) await untilQuiet(hearing);
  } catch {
    // What has come counts.
  }
}

async function hear(docker: Docker, container: string, { lines, signal }: Hearing): Promise<void> {
  const since = new Date().toISOString();
  const options = { follow: true, since, until: null, tail: MAX_LINES, signal };
  try {
    const outcome = await openLogs({ docker, patient: docker }, container, options);
    if (outcome.kind !== 'lines') return;
    for await (const { stream, text: line } of outcome.lines) {
      lines.push({ stream, text: line });
      if (lines.length >= MAX_LINES) return;
    }
  } catch {
    // The engine broke off.
  }
}

function programsFor(entry: string): readonly string[] {
  return /\/python[\d.]*$/.test(entry) ? [entry, ...PROGRAMS] : PROGRAMS;
}

/** How many processes were asked: none where there is no Python. */
async function ask(
  container: Docker.Container,
  programs: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  for (const program of programs) {
    const answer = await tell(container, [program, '-I', '-S', '-c', ASK_THREADS], signal);
    const count = /(\d+)\s*$/.exec(answer)?.[1];
    if (count !== undefined) return Number(count);
  }
  return 0;
}

/** What a program of a container prints; nothing where there is no such program. */
async function tell(container: Docker.Container, Cmd: string[], signal: AbortSignal): Promise<string> {
  try {
    const exec = await container.exec({ Cmd, AttachStdout: true, abortSignal: signal });
    const stream = await exec.start({ abortSignal: signal });
    const ended = new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('')));
    return await Promise.race([text(stream), ended]);
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
}

async function untilQuiet(hearing: Hearing): Promise<void> {
  const { lines, signal } = hearing;
  let known = -1;
  while (!signal.aborted && (known !== lines.length || !hasDump(hearing))) {
    known = lines.length;
    await systemClock.sleep(QUIET_MS, signal);
  }
}
