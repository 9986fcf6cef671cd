// Container logs: the engine frames stdout and stderr with an 8-byte header where there is no terminal.
import type Docker from 'dockerode';

const HEADER_BYTES = 8;
const MAX_LINE = 300;

/** The last lines of a container's output, oldest first, each cut to a readable length. */
export async function readLastLines(docker: Docker, container: string, lines: number): Promise<string[]> {
  const raw = await docker
    .getContainer(container)
    .logs({ stdout: true, stderr: true, tail: lines, follow: false });
  const text = unframe(raw).toString('utf8').trimEnd();
  return text === ''
    ? []
    : text
        .split('\n')
        .slice(-lines)
        .map((line) => line.slice(0, MAX_LINE));
}

/** Strips the frames; output of a container with a terminal has none and is returned as it is. */
export function unframe(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= raw.length) {
    const stream = raw[at] ?? 255;
    if (stream > 2 || raw.readUIntBE(at + 1, 3) !== 0) return raw;
    const end = at + HEADER_BYTES + raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(parts);
}
