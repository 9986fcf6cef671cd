// Makes a directory in a deployment's folder, and gives it to the user that its service runs as.
// Tested in test/agent/host/host-folders.test.ts.
import { mkdir } from 'node:fs/promises';
import type { ServiceFolder } from '../model/service-folder.ts';
import { type Belonging, Directory } from './directory.ts';
import { isMissing, isNotPermitted } from './file-error.ts';
import {
  enter,
  type FolderPlace,
  inDirectory,
  isUnfinished,
  namesTo,
  ownUser,
  takeOver,
} from './walk-folder.ts';

/** Of what all folders are in: nobody else on the device needs to look in; the engine mounts from inside as root. */
const PRIVATE = 0o700;
/** Of what is made; the sticky bit marks what is not finished. */
const BEGUN = 0o1700;
/** Of what is only on the way to what somebody binds: everyone may pass. It may be bound itself one day. */
const ON_THE_WAY = 0o1711;

/** Safe to repeat, and after a crash at any moment. */
export async function makeFolder(
  place: FolderPlace,
  { owner, mode }: Pick<ServiceFolder, 'owner' | 'mode'>,
  user: string,
): Promise<void> {
  await mkdir(place.root, { recursive: true, mode: PRIVATE });
  let directory = await Directory.at(place.root);
  try {
    const [...names] = namesTo(place);
    const last = names.pop() ?? '';
    for (const name of names) {
      directory = await goTo(directory, name);
      await openWay(directory);
    }
    if (await isNoDirectory(directory, last)) return;
    directory = await goTo(directory, last);
    await give(directory, { ...(owner ?? {}), ...(mode === null ? {} : { mode }) }, user);
  } finally {
    await directory.close();
  }
}

/** The directory of that name, made where it is not there; and the one that it is in is closed. */
async function goTo(directory: Directory, name: string): Promise<Directory> {
  const next = await inDirectory(directory, async () => {
    const there = await enter(directory, name);
    if (there !== null) return there;
    await directory.mkdir(name, BEGUN);
    await directory.sync();
    return await directory.enter(name);
  });
  await directory.close();
  return next;
}

async function openWay(directory: Directory): Promise<void> {
  const { uid, mode } = await directory.stat();
  if (uid === ownUser().uid && (mode & 0o7777) === BEGUN) await directory.chmod(ON_THE_WAY);
}

/** A file that somebody put there is bound as it is. */
async function isNoDirectory(directory: Directory, name: string): Promise<boolean> {
  return inDirectory(directory, async () => {
    const there = await directory.lstat(name).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    return there !== null && !there.isDirectory() && !there.isSymbolicLink();
  });
}

/** One that is there stays as it is, unless something is said, or its making was not finished. */
async function give(directory: Directory, said: Partial<Belonging>, user: string): Promise<void> {
  const now = await directory.stat();
  const { uid, gid, mode } = now;
  const wanted = { uid, gid, mode: mode & 0o777, ...(isUnfinished(now) ? belongingTo(user) : {}), ...said };
  const isChanged = wanted.mode !== (mode & 0o777) || isUnfinished(now);
  if (!isChanged && wanted.uid === uid && wanted.gid === gid) return;
  // Nobody but its owner may change the mode.
  if (isChanged && uid !== ownUser().uid) await takeOver(directory);
  try {
    directory.give(isChanged ? wanted : { ...wanted, mode });
  } catch (error) {
    // An agent that may give nothing away (it runs by hand, as no root) serves root, who may write anywhere.
    if (!isNotPermitted(error) || wanted.uid !== 0) throw error;
  }
}

/** `1000`, `1000:1000`, `1000:staff`: a number is all that means the same on the host as in the container. */
const NUMERIC = /^(\d{1,9})(?::(\d{1,9})?.*)?$/;

function belongingTo(user: string): Belonging {
  const [, uid, gid = '0'] = NUMERIC.exec(user) ?? [];
  if (uid !== undefined) return { uid: Number(uid), gid: Number(gid), mode: 0o755 };
  if (user === '' || /^root(?::|$)/.test(user)) return { uid: 0, gid: 0, mode: 0o755 };
  // Whose number that is, the image alone knows. All may write, then: on the host nobody gets to it, as what all
  // folders are in is the agent's alone.
  return { ...ownUser(), mode: 0o777 };
}
