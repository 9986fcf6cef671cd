// Group names to ids: Node has no getgrnam, and a lookup tool may be missing on a small device.
// Tested in test/agent/doors/socket/server.test.ts.
import { readFileSync } from 'node:fs';

/** The id of a group in `file` (the group database, one `name:password:id:members` a line), or `null`. */
export function findGroupId(name: string, file = '/etc/group'): number | null {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    const id = Number.parseInt(line?.split(':')[2] ?? '', 10);
    return Number.isSafeInteger(id) ? id : null;
  } catch {
    return null;
  }
}
