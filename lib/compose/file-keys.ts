// `configs` and `secrets`: files that come with the document, read where the command runs, because a device has none
// of them. Source: the Compose specification, 08-configs.md and 09-secrets.md.
import { FILE_KINDS, type FileKind } from '../../protocol/deployment/service-files.ts';
import type { Conversion, Convert } from './conversion.ts';
import { isEmpty, listOf, mapOf, octal, type RefusedKeys, scalarText, shape, text } from './converters.ts';
import { type JsonObject, objectOf } from './json.ts';
import { ignored, projectName } from './passing.ts';

/** The ways to give a content; each converter has it for its result. */
const contentOf = {
  file: (field, run) => {
    const path = text(field, run);
    if (typeof path !== 'string') return undefined;
    const file = run.beside.read(run.resolve(path, field.offset));
    return file.ok ? file.text : run.fault(field, `"${path}" cannot be read: ${file.message}`);
  },
  environment: (field, run) => {
    const name = text(field, run);
    if (typeof name !== 'string') return undefined;
    return run.variables[name] ?? run.fault(field, `the variable ${name} is not set`);
  },
  content: text,
} satisfies Readonly<Record<string, Convert>>;

const BY_DOCUMENT = 'it comes with the document, to whichever device; give file, environment or content';
const REFUSED: RefusedKeys = {
  driver: BY_DOCUMENT,
  driver_opts: BY_DOCUMENT,
  external: BY_DOCUMENT,
  template_driver: 'the content is used as it stands',
};
const IGNORED = {
  labels: ignored('it is a file on the device, which has no labels'),
  name: projectName,
} satisfies Readonly<Record<string, Convert>>;

const given = shape({ ...contentOf, ...IGNORED }, REFUSED);
/** Stands in for what could not be read, so that its services are not told that it is missing as well. */
const UNREAD = { content: '' };

/** What stands in the wrong place may be a secret, so no message of this room repeats a value that is no name. */
const fileContent: Convert = (field, run) => {
  const refuse = (message: string): typeof UNREAD => {
    run.fault(field, message);
    return UNREAD;
  };
  if (field.node.kind !== 'map') return refuse('expected a map with file, environment or content');
  const faultsBefore = run.faults.length;
  const [first, ...others] = Object.entries(objectOf(given(field, run)));
  if (run.faults.length > faultsBefore) return UNREAD;
  if (first === undefined || others.length > 0) return refuse('exactly one of file, environment and content');
  const [way, content] = first;
  run.place([...field.at, 'content'], run.offsetOf([...field.at, way]));
  return { content };
};

/** Top level: contents by name. */
export const fileContents: Convert = (field, run) => {
  if (field.node.kind === 'map' || isEmpty(field.node)) return mapOf(fileContent)(field, run);
  return run.fault(field, 'expected a map of names');
};

/** In a service: names, or the long form. A target that is not absolute lies in `folder`, as in Compose. */
function fileMounts(folder: string): Convert {
  const target: Convert = (field, run) => {
    const path = text(field, run);
    return typeof path === 'string' && !path.startsWith('/') ? `${folder}${path}` : path;
  };
  const long = shape({ source: text, target, uid: text, gid: text, mode: octal });
  return listOf((field, run) =>
    field.node.kind === 'scalar' ? { source: scalarText(field.node) } : long(field, run),
  );
}

export const configMounts = fileMounts('/');
export const secretMounts = fileMounts('/run/secrets/');

/** Leaves out, with a note, what no service uses: a secret that nobody asks for has no business on a device. */
export function keepUsedFiles(content: JsonObject, run: Conversion): JsonObject {
  const services = Object.values(objectOf(content.services)).map(objectOf);
  const kept: JsonObject = {};
  for (const kind of FILE_KINDS) {
    if (content[kind] === undefined) continue;
    const used = new Set(services.flatMap((service) => sourcesOf(service, kind)));
    const [keep, leave] = partition(objectOf(content[kind]), used);
    for (const name of leave) {
      const at = [kind, name];
      run.note({ at, offset: run.offsetOf(at) }, 'no service uses it, so it is left out');
    }
    kept[kind] = keep;
  }
  return { ...content, ...kept };
}

function sourcesOf(service: JsonObject, kind: FileKind): string[] {
  const mounts = service[kind];
  return Array.isArray(mounts) ? mounts.map((mount) => String(objectOf(mount).source)) : [];
}

function partition(files: JsonObject, used: ReadonlySet<string>): [JsonObject, string[]] {
  const keep = Object.entries(files).filter(([name]) => used.has(name));
  return [Object.fromEntries(keep), Object.keys(files).filter((name) => !used.has(name))];
}
