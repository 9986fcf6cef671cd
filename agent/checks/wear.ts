// What storage tells of its own end: the wear of an eMMC, and the faults that a file system has noted. Cards and sticks tell
// no wear; a disk tells it to root alone.
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';
import type { SystemFiles } from './system-files.ts';

const BLOCK = '/sys/block';
const EXT4 = '/sys/fs/ext4';
/** Of the estimates in the register EXT_CSD (JESD84-B51): tenths of the life that is used up. */
const WORN = 9;
const OVER = 11;
/** Of the spare blocks, by the same: 1 is well, 2 means that 80 % are used up, 3 that 90 % are. */
const SPARES_LOW = 2;
const SPARES_GONE = 3;

export function wearChecks(files: SystemFiles): CheckRow[] {
  return [
    { name: 'wear', look: () => files.list(BLOCK).flatMap((disk) => lookAtDisk(disk, files)) },
    { name: 'file systems', look: () => files.list(EXT4).flatMap((device) => lookAtExt4(device, files)) },
  ];
}

function lookAtDisk(disk: string, files: SystemFiles): CheckAnswer[] {
  const numbersIn = (name: string): number[] =>
    (files.read(`${BLOCK}/${disk}/device/${name}`) ?? '')
      .split(/\s+/)
      .map(Number)
      .filter((number) => number > 0);
  const worn = Math.max(0, ...numbersIn('life_time'));
  const spares = Math.max(0, ...numbersIn('pre_eol_info'));
  const parts = [
    ...(worn === 0
      ? []
      : [worn >= OVER ? 'all of its life' : `${(worn - 1) * 10} to ${worn * 10} % of its life`]),
    ...(spares < SPARES_LOW ? [] : ['most of its spare blocks']),
  ];
  if (parts.length === 0) return [];
  const text = `${disk} has used up ${parts.join(' and ')}`;
  if (worn >= OVER || spares >= SPARES_GONE) return [error(`${text}: replace it`)];
  return [worn >= WORN || spares >= SPARES_LOW ? warning(`${text}: plan to replace it`) : ok(text)];
}

function lookAtExt4(device: string, files: SystemFiles): CheckAnswer[] {
  const count = Number(files.read(`${EXT4}/${device}/errors_count`) ?? Number.NaN);
  if (Number.isNaN(count)) return [];
  if (count === 0) return [ok(`${device} has noted no fault`)];
  const text = `the file system on ${device} has noted ${count} faults`;
  return [warning(`${text}; see sudo dmesg, and let fsck check it at the next start`)];
}
