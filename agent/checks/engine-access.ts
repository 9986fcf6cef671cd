// Who may use the engine's socket: whoever can is as good as root on this device.
import { statSync } from 'node:fs';
import { type CheckAnswer, type CheckRow, error, ok } from './check-row.ts';
import type { SystemFiles } from './system-files.ts';

export function engineAccessCheck(socket: string, files: SystemFiles): CheckRow {
  return { name: 'access to the engine', look: () => [judge(socket, files)] };
}

function judge(socket: string, files: SystemFiles): CheckAnswer {
  const { mode, gid } = statSync(socket);
  if ((mode & 0o002) !== 0)
    return error(`everybody may use ${socket}, and so be root here; sudo chmod 0660 ${socket}`);
  const { name, members } = groupOf(gid, files);
  const who = members.length === 0 ? 'nobody else' : members.join(', ');
  return ok(`whoever may use ${socket} is as good as root: root, and in the group ${name} ${who}`);
}

function groupOf(gid: number, files: SystemFiles): { name: string; members: string[] } {
  const lines = (files.read('/etc/group') ?? '').split('\n').map((line) => line.split(':'));
  const [name = String(gid), , , members = ''] = lines.find(([, , id]) => id === String(gid)) ?? [];
  return { name, members: members.split(',').filter((member) => member !== '') };
}
