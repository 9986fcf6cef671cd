// A directory held open by what it is, not by its name: whoever may write in it, or above it, can rename it or put a
// link in its place, and what is done here is done to the same directory all the same. Nothing here follows a link.
// Node has none of the system calls that take a directory (openat(2) and its kind); /proc/self/fd stands in for them.
// Tested in test/agent/host/host-folders.test.ts.
import { chmodSync, chownSync, constants, fstatSync, type Stats } from 'node:fs';
import {
  chmod,
  chown,
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  rename,
  rmdir,
  unlink,
} from 'node:fs/promises';

/** open(2): held without being read, for which its own mode need not allow anything. Unknown to Node. */
const O_PATH = 0o10000000;
const HOLD = O_PATH | constants.O_DIRECTORY;

/** Whose something is, and who may do what with it. */
export interface Belonging {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export class Directory {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** By a path that no container can change. Links in it are followed. */
  static async at(path: string): Promise<Directory> {
    return new Directory(await open(path, HOLD));
  }

  /** One in it. Rejects with ENOTDIR for a link, whatever it leads to. */
  async enter(name: string): Promise<Directory> {
    return new Directory(await open(this.#pathOf(name), HOLD | constants.O_NOFOLLOW));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  stat(): Promise<Stats> {
    return this.#handle.stat();
  }

  chmod(mode: number): Promise<void> {
    return chmod(this.#path, mode);
  }

  chown(uid: number, gid: number): Promise<void> {
    return chown(this.#path, uid, gid);
  }

  /** Mode and owner, with no pause between in which the process may end; bits beyond the sticky one are not given. */
  give({ uid, gid, mode }: Belonging): void {
    if (((fstatSync(this.#handle.fd).mode ^ mode) & 0o7777) !== 0) chmodSync(this.#path, mode & 0o1777);
    chownSync(this.#path, uid, gid);
  }

  /** What is in it is on the disk for good. */
  async sync(): Promise<void> {
    const handle = await open(this.#path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Of all that is in it, in no order and a few at a time: there may be very many. */
  async *names(): AsyncGenerator<string> {
    for await (const { name } of await opendir(this.#path, { encoding: NAMES })) yield name;
  }

  lstat(name: string): Promise<Stats> {
    return lstat(this.#pathOf(name));
  }

  mkdir(name: string, mode: number): Promise<void> {
    return mkdir(this.#pathOf(name), { mode }).then(() => undefined);
  }

  unlink(name: string): Promise<void> {
    return unlink(this.#pathOf(name));
  }

  rmdir(name: string): Promise<void> {
    return rmdir(this.#pathOf(name));
  }

  move(name: string, to: Directory, newName: string): Promise<void> {
    return rename(this.#pathOf(name), to.#pathOf(newName));
  }

  get #path(): string {
    return `/proc/self/fd/${this.#handle.fd}`;
  }

  #pathOf(name: string): Buffer {
    return Buffer.from(`${this.#path}/${name}`, NAMES);
  }
}

/** A name is bytes, and need not be UTF-8. Here each byte is a character. */
const NAMES = 'latin1';

/** A text as the name of something in a directory. */
export function nameOf(text: string): string {
  return Buffer.from(text).toString(NAMES);
}
