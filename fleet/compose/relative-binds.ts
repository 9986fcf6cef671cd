// Binds of what lies beside the Compose file. The one place that decides what a relative source becomes on a device.
import { posix } from 'node:path';
import type { Conversion, Field, Json, JsonObject } from './conversion.ts';
import { objectOf } from './conversion.ts';

/** As configs have it; see protocol/service-files.ts. */
const MAX_FILE_LENGTH = 32_768;

/** Whether a mount is of the project's folder: a relative bind, or `$PWD/x`, which is written for the same. */
export function isOfFolder(
  { type, source }: JsonObject,
  { offset }: Pick<Field, 'offset'>,
  run: Conversion,
): boolean {
  if (type !== 'bind' || typeof source !== 'string') return false;
  return !/^[/~]/.test(source) || run.localPath(source, offset) !== null;
}

/**
 * | what lies there | what it becomes |
 * |---|---|
 * | anything, where `x-holdfast.folder` says where the folder is on the device | a bind below it |
 * | a text file | a config with that target, read-only, which comes with the document |
 * | a directory, or nothing | refused |
 */
export function ofFolder(
  field: Field,
  mount: JsonObject & { readonly source: string },
  run: Conversion,
): Json[] {
  const { source } = mount;
  const path = posix.normalize(run.localPath(source, field.offset) ?? run.resolve(source, field.offset));
  if (path === '..' || path.startsWith('../') || path.startsWith('/')) {
    const message = `"${source}" lies outside the folder of the Compose file, which is all that a device can have; use an absolute path that is on the device`;
    run.fault(field, message);
    return [];
  }
  if (run.folder !== null) return [belowFolder(mount, { path, folder: run.folder, run })];
  const problem =
    run.beside.look(path).kind === 'file' ? carry(field, mount, { path, run }) : noFolder(source, run);
  if (problem !== null) run.fault(field, problem);
  return [];
}

/** The engine makes a directory of a path that is not there, so not in the place of a file. */
function belowFolder(
  mount: JsonObject,
  { path, folder, run }: { path: string; folder: string; run: Conversion },
): JsonObject {
  const isFile = run.beside.look(path).kind === 'file';
  const source = posix.join(folder, path).replace(/(?<=.)\/$/, '');
  return { ...mount, source, bind: { create_host_path: !isFile, ...objectOf(mount.bind) } };
}

function noFolder(source: string, run: Conversion): string {
  return `"${source}" is relative, and a device has no folder of the project: put its content there and say where, x-holdfast: { folder: /srv/${run.project} } at the top level, or use a named volume or an absolute path of the device`;
}

/** Takes the file along; what is wrong with it where that cannot be. */
function carry(
  field: Field,
  mount: JsonObject,
  { path, run }: { path: string; run: Conversion },
): string | null {
  const elsewhere = 'put it into the image, or onto the device and name it by an absolute path';
  const file = run.beside.read(path);
  if (!file.ok) return `"${path}" cannot come with the document: ${file.message}; ${elsewhere}`;
  if (file.text.length > MAX_FILE_LENGTH)
    return `"${path}" has more than ${MAX_FILE_LENGTH} characters, too many to come with the document; ${elsewhere}`;
  const look = run.beside.look(path);
  const mode = look.kind === 'file' && look.isExecutable ? '0555' : '0444';
  run.carried.add({
    ...{ service: String(field.at[1]), path, at: field.at },
    ...{ content: file.text, target: String(mount.target), mode },
  });
  const change = mount.read_only === true ? '' : ', read-only';
  run.note(field, `"${path}" comes with the document as a config${change}: a change of it is a new revision`);
  return null;
}
