// What the stream of a pull tells while it goes on.
// Tested in test/agent/docker/engine-lines.test.ts.
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { DISK_PER_BYTE } from '../model/image-room.ts';
import type { PullOptions, PullProgress } from '../ports/supplier.ts';
import { type PullLine, parsePullLine } from './engine-lines.ts';

/**
 * Reads the pull's stream to its end; the error that stands in it, or `null`. The HTTP status is 200 either way. A layer
 * that goes on past the size that was announced for it is no layer of this image: the pull ends with that.
 */
export async function readProgress(
  stream: Readable,
  onProgress: PullOptions['onProgress'],
): Promise<string | null> {
  const layers = new Map<string, Layer>();
  let failure: string | null = null;
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() === '') continue;
    const message = parsePullLine(line);
    failure ??= message.error ?? null;
    noteLayer(layers, message);
    const overlong = [...layers].find(([, layer]) => isOverlong(layer));
    if (overlong !== undefined) {
      stream.destroy();
      return `layer ${overlong[0]} has sent more bytes than were announced`;
    }
    // Also for a line that tells of no bytes: unpacking on a slow card takes minutes, and moves all the while.
    onProgress(progressOf([...layers.values()]));
  }
  return failure;
}

interface Layer {
  readonly current: number;
  readonly total: number;
  readonly isUnpacked: boolean;
}

function progressOf(layers: readonly Layer[]): PullProgress {
  return {
    currentBytes: sum(layers.map(({ current }) => current)),
    totalBytes: sum(layers.map(({ total }) => total)),
    unwrittenBytes: sum(
      layers.map(({ current, total, isUnpacked }) => (isUnpacked ? 0 : total * DISK_PER_BYTE - current)),
    ),
  };
}

/** What an engine reads ahead, and rounds. */
const SLACK_BYTES = 1024 ** 2;

function isOverlong({ current, total }: Layer): boolean {
  return current > total + SLACK_BYTES;
}

function noteLayer(layers: Map<string, Layer>, { id, status, progressDetail }: PullLine): void {
  if (id === undefined) return;
  if (status === 'Downloading' && progressDetail?.current !== undefined) {
    const { current, total } = progressDetail;
    // A registry that sends in pieces announces no size.
    layers.set(id, { current, total: total ?? current, isUnpacked: false });
    return;
  }
  const known = layers.get(id);
  const isUnpacked = status === 'Pull complete';
  if (known !== undefined && (isUnpacked || status === 'Download complete'))
    layers.set(id, { ...known, current: known.total, isUnpacked });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
