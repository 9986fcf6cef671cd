// How many of a folder's Compose files `holdfastctl validate` takes. Each is read in a folder of its own, with the
// variables that `index.json` beside them names, and with the files that it or the index names made as `DUMMY=1`.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { loadFiles } from '../lib/document/load-file.ts';

const DEFAULT = path.resolve(import.meta.dirname, '../../shared/compose-shapes');
const dir = process.argv[2] ?? DEFAULT;
if (!existsSync(dir)) {
  process.stderr.write('usage: scripts/bench compose DIR\n');
  process.exit(2);
}

/** What is known of a file; a file that the index does not name is taken as one that should be accepted. */
const entrySchema = v.object({
  env: v.optional(v.record(v.string(), v.string()), {}),
  files: v.optional(v.array(v.string()), []),
  deployable: v.optional(v.boolean(), true),
  staysRefused: v.optional(v.array(v.unknown()), []),
});
type Entry = v.InferOutput<typeof entrySchema>;
const indexFile = path.join(dir, 'index.json');
const index = existsSync(indexFile)
  ? v.parse(v.record(v.string(), entrySchema), JSON.parse(readFileSync(indexFile, 'utf8')))
  : {};

const FOLDER = 'x-holdfast: { folder: /srv/app }\n';
let withFolder = 0;
const tally = { accepted: 0, right: 0, wrong: 0, unlooked: 0 };
const reasons = new Map<string, number>();
for (const name of readdirSync(dir).filter((file) => /\.ya?ml$/.test(file))) {
  const entry = index[name] ?? v.parse(entrySchema, {});
  const mayBeRefused = !entry.deployable || entry.staysRefused.length > 0;
  const text = readFileSync(path.join(dir, name), 'utf8');
  const faults = faultsOf(text, entry);
  if (!mayBeRefused && faultsOf(withLine(text), entry).length === 0) withFolder += 1;
  if (faults.length === 0) tally[mayBeRefused ? 'unlooked' : 'accepted'] += 1;
  else tally[mayBeRefused ? 'right' : 'wrong'] += 1;
  if (faults.length === 0 || mayBeRefused) continue;
  for (const fault of new Set(faults.map(reasonOf))) reasons.set(fault, (reasons.get(fault) ?? 0) + 1);
}

const expected = tally.accepted + tally.wrong;
for (const [reason, count] of [...reasons].toSorted(([, one], [, other]) => other - one))
  console.log(`${count} × ${reason}`);
const share = Math.round((100 * tally.accepted) / Math.max(expected, 1));
console.log(`${tally.accepted} of ${expected} accepted (${share} %), ${tally.wrong} wrongly refused`);
console.log(`${withFolder} of ${expected} with one line more: x-holdfast: { folder: … }`);
console.log(`of ${tally.right + tally.unlooked} that may be refused ${tally.right} are`);

/** Before the first key, as far in as that is. */
function withLine(text: string): string {
  return text.replace(/^( *)(?=[A-Za-z"'])/m, (indent) => `${indent}${FOLDER}${indent}`);
}

/** Every message without its place. */
function faultsOf(text: string, { env, files }: Entry): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  try {
    writeFileSync(path.join(folder, 'compose.yaml'), text);
    for (const file of [...files, ...namedIn(text)]) makeDummy(folder, file);
    const readStdin = () => ({ ok: true, text: '' }) as const;
    const result = loadFiles(['compose.yaml'], { cwd: folder, variables: env, readStdin });
    if (result.ok) return [];
    const { faulty, message } = result.failure;
    return faulty?.faults.map((fault) => fault.message) ?? [message];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands in quotes differs from file to file. */
function reasonOf(message: string): string {
  return message.replaceAll(/"[^"]*"/g, '"…"').slice(0, 110);
}

/** Files of variables, configs and secrets, which a test of the Compose file alone has none of. */
function namedIn(text: string): string[] {
  const file: Loose = parse(text, { merge: true });
  const envFiles = valuesOf(file.services).flatMap((service) => listOf(service.env_file));
  const named = [file.configs, file.secrets].flatMap(valuesOf).map((content) => content.file);
  const paths = [...envFiles.map((one) => (isLoose(one) ? one.path : one)), ...named];
  return paths.filter((one): one is string => typeof one === 'string' && !/^[/~]|\$/.test(one));
}

type Loose = Readonly<Record<string, unknown>>;
function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null;
}
function valuesOf(value: unknown): Loose[] {
  return isLoose(value) ? Object.values(value).filter(isLoose) : [];
}
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function makeDummy(folder: string, file: string): void {
  const whole = path.resolve(folder, file);
  if (!whole.startsWith(folder)) return;
  mkdirSync(path.dirname(whole), { recursive: true });
  if (!existsSync(whole)) writeFileSync(whole, 'DUMMY=1\n');
}
