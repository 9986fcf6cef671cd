// Disks: of the agent's data, and of the engine's images.
// Tested in test/agent/findings/find.test.ts.

import type { Status } from '../../protocol/reports/status.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { byTechnician, type Candidate, type Row } from './candidate.ts';
import type { DiskFacts, Facts } from './facts.ts';

/** Below both of them a disk is nearly full. */
const LOW_SHARE = 0.05;
const LOW_BYTES = 512 * 1024 ** 2;
const LASTING_MS = 60_000;
/** What the store says when the disk takes nothing. */
const STORE_BLOCKED = /^the disk of data_dir /;
/** As `refusal-rows.ts` has it. */
const REFUSED = 'document_refused';
const STORE_CODES: ReadonlySet<string> = new Set(['no_space', 'data_dir_read_only', 'data_dir_io_error']);

function describeDisk({ path, freeBytes, totalBytes }: DiskFacts): string {
  const of = totalBytes > 0 ? ` of ${formatBytes(totalBytes)}` : '';
  return `${formatBytes(freeBytes)}${of} are free in ${path}`;
}

/** Deployments that wait, or whose document was refused, as nothing can be stored. */
function blocked(statuses: readonly Status[], code: string): Status[] {
  return statuses.filter(({ reason, refused }) =>
    [reason, refused].some((told) => told?.code === code && STORE_BLOCKED.test(told.message)),
  );
}

function blockedRow(
  code: string,
  words: { title: string; meaning: string; mend: string; command: string },
): Row {
  return {
    ...{ code: `disk_${code}`, severity: 'error', visibleAfterMs: 0 },
    ...{ meaning: words.meaning, mend: words.mend },
    find: ({ statuses, dataDisk }) => {
      const waiting = blocked(statuses, code);
      if (waiting.length === 0) return [];
      const since = waiting.flatMap((status) => status.since ?? []).toSorted()[0];
      const title = `${words.title}: ${describeDisk(dataDisk)}`;
      const fix = byTechnician(`${words.mend}; all goes on by itself then`, words.command);
      return [{ subject: 'disk', title, ...(since === undefined ? {} : { since }), fix }];
    },
    causes: (_, { code: other, title }) =>
      ((STORE_CODES.has(other) || other === REFUSED) && title.includes('the disk of data_dir')) ||
      other === 'disk_low',
  };
}

function isLow({ freeBytes, totalBytes }: DiskFacts): boolean {
  return totalBytes > 0 && freeBytes < LOW_BYTES && freeBytes < totalBytes * LOW_SHARE;
}

function isBelowReserve({ engineDisk, reserveBytes }: Facts): boolean {
  return engineDisk !== null && engineDisk.freeBytes < reserveBytes;
}

/** A pull that has no room, or anything else that found the same disk full. */
function isForWantOfSpace({ code, title }: Candidate): boolean {
  return code === 'disk_low' || (code === 'no_space' && !title.includes('data_dir'));
}

export const DISK_ROWS: readonly Row[] = [
  blockedRow('no_space', {
    title: 'the disk of data_dir is full',
    meaning: 'the disk of `data_dir` is full: nothing can be stored',
    mend: 'free space on that disk',
    command: 'sudo du -xh -d 2 /var | sort -h | tail -n 15',
  }),
  blockedRow('data_dir_read_only', {
    title: 'the disk of data_dir has turned read-only',
    meaning: 'the disk of `data_dir` has turned read-only',
    mend: 'see the log of the kernel for why, and make it writable',
    command: 'sudo dmesg --level=err,warn | tail -n 30',
  }),
  blockedRow('data_dir_io_error', {
    title: 'the disk of data_dir fails to write',
    meaning: 'the disk of `data_dir` fails to write: it may be at its end',
    mend: 'see the log of the kernel, and replace the disk or card',
    command: 'sudo dmesg --level=err,warn | tail -n 30',
  }),
  {
    ...{ code: 'image_space', severity: 'warning', visibleAfterMs: LASTING_MS },
    meaning: "the engine's disk has less free than the reserve: no image can be pulled",
    mend: 'remove images and containers that nobody needs, or lower `[images] reserve`',
    find: (facts) => {
      const { engineDisk, reserveBytes, statuses } = facts;
      if (engineDisk === null || !isBelowReserve(facts)) return [];
      const isNeeded = statuses.some(({ reason }) => reason?.code === 'no_space');
      const title = `no image can be pulled: ${describeDisk(engineDisk)}, the reserve is ${formatBytes(reserveBytes)}`;
      const fix = byTechnician('remove images that nobody needs, or other large files', 'docker system df');
      const told = isNeeded ? ({ severity: 'error', visibleAfterMs: 0 } as const) : {};
      return [{ subject: 'disk', title, fix, ...told }];
    },
    causes: (_, other) => isForWantOfSpace(other),
  },
  {
    ...{ code: 'disk_low', severity: 'warning', visibleAfterMs: LASTING_MS },
    meaning: 'a disk is nearly full',
    mend: 'free space before nothing can be stored any more',
    find: ({ dataDisk }) => {
      if (!isLow(dataDisk)) return [];
      const fix = byTechnician('free space on that disk', 'sudo du -xh -d 2 /var | sort -h | tail -n 15');
      return [{ subject: 'disk', title: `the disk is nearly full: ${describeDisk(dataDisk)}`, fix }];
    },
  },
];
