// Binds of what lies beside the Compose file. The one place that decides what a relative source becomes on a device.
// Tested in test/lib/compose/meaning.test.ts.
import { posix } from 'node:path';
import type { Conversion, Field } from './conversion.ts';
import type { Json, JsonObject } from './json.ts';
import { objectOf } from './json.ts';

/** As configs have it; see protocol/deployment/service-files.ts. */
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
 * | nothing, or an empty directory | a bind in the folder that the deployment has on the device |
 * | a directory with content, or a file that cannot come along | refused |
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
  const place: Place = { path: path.replace(/(?<=.)\/$/, ''), run };
  if (run.folder !== null) return [belowFolder(mount, run.folder, place)];
  const { kind } = run.beside.look(place.path);
  if (kind === 'missing' || kind === 'directory') return [inDeployment(field, mount, place)];
  const problem = carry(field, mount, place);
  if (problem !== null) run.fault(field, problem);
  return [];
}

/** `path` is from the project's folder, `.` for that folder itself. */
interface Place {
  readonly path: string;
  readonly run: Conversion;
}

/** The engine makes a directory of a path that is not there, so not in the place of a file. */
function belowFolder(mount: JsonObject, folder: string, { path, run }: Place): JsonObject {
  const isFile = run.beside.look(path).kind === 'file';
  const source = posix.join(folder, path).replace(/(?<=.)\/$/, '');
  return { ...mount, source, bind: { create_host_path: !isFile, ...objectOf(mount.bind) } };
}

/** A directory that is empty here is made on the device, and what the service writes there stays there. */
function inDeployment(
  field: Field,
  { bind, ...mount }: JsonObject & { readonly source: string },
  { path, run }: Place,
): JsonObject {
  const { source: written, target } = mount;
  // What has come along by another way, such as a file of variables, is known only when all is read.
  run.whenRead(() => {
    const look = run.beside.look(path);
    if (look.kind === 'directory' && !look.isEmpty)
      run.fault(
        field,
        `"${written}" is a directory with content, which cannot come with the document: ${elsewhere(run)}. Single text files can be bound, and come along; if a run on this machine has left it there, delete it`,
      );
    else if (look.kind === 'missing' && looksLikeFile(path, String(target)))
      run.note(
        field,
        `nothing is at "${written}" here, so the device makes a directory of that name, as Compose does; put the file there, and it comes with the document`,
      );
    else
      run.note(
        field,
        `"${written}" is in the folder of the deployment on the device, which starts empty and stays until a removal purges it`,
      );
  });
  // The path is always made.
  const { create_host_path: _, ...options } = objectOf(bind);
  const source = path === '.' ? './' : `./${path}`;
  return { ...mount, source, ...(Object.keys(options).length === 0 ? {} : { bind: options }) };
}

/** Compose files seldom say which it is. */
function looksLikeFile(path: string, target: string): boolean {
  const extension = /\.\w{1,10}$/;
  const [own] = extension.exec(path) ?? [];
  return own !== undefined && own === extension.exec(target)?.[0];
}

function elsewhere({ project }: Conversion): string {
  return `put it into the image, or onto the device and say where, x-holdfast: { folder: /srv/${project} } at the top level`;
}

/** Takes the file along; what is wrong with it where that cannot be. */
function carry(field: Field, mount: JsonObject, { path, run }: Place): string | null {
  const file = run.beside.read(path);
  if (!file.ok) return `"${path}" cannot come with the document: ${file.message}; ${elsewhere(run)}`;
  if (file.text.length > MAX_FILE_LENGTH)
    return `"${path}" has more than ${MAX_FILE_LENGTH} characters, too many to come with the document; ${elsewhere(run)}`;
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
