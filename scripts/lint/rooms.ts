// The rooms of the programs and what each may import: the one place. From it the linter's walls are written
// (`walls.json`), and the table in docs/architecture.md: `npm run walls`.

export interface Room {
  /** The folder, without those below it. */
  readonly path: string;
  readonly duty: string;
  /** Other rooms. Only such as stand above it in the table, so that no ring can come to be. */
  readonly imports: readonly string[];
  /** Packages and Node's modules, each by its name; `node:*` for all of Node's. */
  readonly packages: readonly string[];
  /** Data in, data out: no clock, randomness, network or process. */
  readonly isPure?: true;
}

const VALUES = ['protocol/values'];
const REPORTS = ['protocol/reports', ...VALUES];
const DOCUMENT = ['protocol/deployment', ...VALUES];
/** What both programs print. */
const PRINTED = ['lib/render', 'lib/reports', ...REPORTS];
const CORE = ['agent/model', ...REPORTS];
const EDGE = ['agent/ports', ...CORE, 'lib/time', 'lib/failures', 'lib/program'];

/** From the ground up. */
export const ROOMS: readonly Room[] = [
  {
    path: 'protocol/values',
    duty: 'durations, sizes, names, platforms, image references, paths, update windows, roll-outs, canonical JSON',
    imports: [],
    packages: ['canonicalize', 'croner', 'valibot', 'node:crypto', 'node:net'],
    isPure: true,
  },
  {
    path: 'protocol',
    duty: 'topics, payloads, faults and the forms of fields: what all that crosses the wire shares',
    imports: VALUES,
    packages: ['valibot'],
    isPure: true,
  },
  {
    path: 'protocol/deployment',
    duty: 'the document: schema and checks',
    imports: ['protocol', ...VALUES],
    packages: ['valibot', 'node:net'],
    isPure: true,
  },
  {
    path: 'protocol/reports',
    duty: 'what a device tells: status, state, presence, events',
    imports: ['protocol', ...VALUES],
    packages: ['valibot'],
    isPure: true,
  },
  {
    path: 'protocol/operations',
    duty: 'what may be asked of a device',
    imports: ['protocol', ...REPORTS],
    packages: ['valibot'],
    isPure: true,
  },
  {
    path: 'lib/failures',
    duty: "tasks that nobody awaits, the system's errors in words",
    imports: [],
    packages: [],
  },
  { path: 'lib/time', duty: 'clock, timers, back-off, waker', imports: [], packages: [] },
  {
    path: 'lib/program',
    duty: 'what a program needs: logger, secrets, Node’s HTTP; exit codes, and how a command fails',
    imports: ['lib/failures'],
    packages: ['node:*'],
  },
  {
    path: 'lib/mqtt',
    duty: 'one MQTT connection that comes and goes; knows nothing of Holdfast’s topics and documents',
    imports: ['lib/time', 'lib/failures', 'lib/program'],
    packages: ['mqtt', 'node:*'],
  },
  {
    path: 'lib/render',
    duty: 'text for people: tables, wrapped lines, widths, colour, elapsed time, the name that was meant',
    imports: VALUES,
    packages: ['cli-table3', 'string-width', 'node:util'],
  },
  {
    path: 'lib/reports',
    duty: 'a status in words: both programs print it, so what stands for what is said once, and is no part of the wire',
    imports: ['lib/render', ...REPORTS],
    packages: [],
  },
  {
    path: 'lib/oci',
    duty: 'registries, manifests, layers and archives of images, as streams that are checked',
    imports: ['lib/failures'],
    packages: ['tar-stream', 'valibot', 'node:*'],
  },
  {
    path: 'agent/model',
    duty: 'what is decided about: desired, observed, the record, steps, evidence',
    imports: ['protocol', ...REPORTS],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/model/document',
    duty: 'the one place at which a document becomes values',
    imports: ['agent/model', 'protocol', ...DOCUMENT],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/model/record-codec',
    duty: 'the record as it is stored: its schema, its versions and what leads from one to the next',
    imports: ['protocol', ...CORE],
    packages: ['valibot'],
    isPure: true,
  },
  {
    path: 'agent/reconcile/running',
    duty: 'one revision is kept running',
    imports: [...CORE, 'lib/time'],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/reconcile/update',
    duty: 'an update, from its pull to its proof or its rollback',
    imports: ['agent/reconcile/running', ...CORE, 'lib/time'],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/reconcile/tell',
    duty: 'how it stands, in the words of the protocol',
    imports: ['agent/reconcile/running', 'agent/reconcile/update', ...CORE],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/reconcile',
    duty: 'the decision, and what became of its steps',
    imports: ['agent/reconcile/running', 'agent/reconcile/update', ...CORE],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/ports',
    duty: 'what the agent wants of its edges: interfaces',
    imports: ['protocol/operations', ...CORE, 'lib/mqtt'],
    packages: [],
  },
  {
    path: 'agent/notices',
    duty: 'how the agent itself stands, and what happens in it: one room tells, others hear',
    imports: ['agent/ports', 'protocol/reports'],
    packages: [],
  },
  {
    path: 'agent/findings',
    duty: 'what is not as it should be, from facts: causes, and what follows from them',
    imports: ['agent/ports', ...REPORTS],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/diagnosis',
    duty: 'the facts for the findings, and what was seen before',
    imports: ['agent/findings', 'agent/model/document', 'agent/notices', ...EDGE],
    packages: [],
  },
  {
    path: 'agent/config',
    duty: 'file and environment, read once into a frozen value',
    imports: ['protocol', ...VALUES, 'lib/failures', 'lib/mqtt'],
    packages: ['smol-toml', 'valibot', 'node:*'],
  },
  {
    path: 'agent/docker',
    duty: 'the Docker Engine',
    imports: EDGE,
    packages: ['dockerode', 'valibot', 'node:*'],
  },
  {
    path: 'agent/store',
    duty: 'SQLite',
    imports: ['protocol', 'protocol/operations', 'agent/model/record-codec', ...EDGE],
    packages: ['better-sqlite3', 'valibot', 'node:*'],
  },
  {
    path: 'agent/line',
    duty: "the device's line to its broker: presence, last will, its topics",
    imports: ['agent/config', 'protocol', 'lib/mqtt', ...EDGE],
    packages: ['node:*'],
  },
  {
    path: 'agent/host',
    duty: 'facts from `/proc` and `/sys`; hold files; files and folders of services',
    imports: EDGE,
    packages: ['node:*'],
  },
  {
    path: 'agent/health',
    duty: 'probes and what they have shown',
    imports: ['agent/notices', ...EDGE],
    packages: ['node:*'],
  },
  {
    path: 'agent/systemd',
    duty: 'readiness and watchdog',
    imports: [...VALUES, 'lib/time'],
    packages: ['node:*'],
  },
  {
    path: 'agent/report',
    duty: 'statuses, device state, events and samples, out to the broker',
    imports: ['protocol', 'agent/notices', ...EDGE],
    packages: [],
  },
  {
    path: 'agent/supply',
    duty: 'images: pulled, counted, removed',
    imports: ['protocol', 'agent/notices', ...EDGE],
    packages: [],
  },
  {
    path: 'agent/loop',
    duty: 'one loop for each deployment, and who starts them',
    imports: [
      'agent/model/document',
      'agent/reconcile',
      'agent/reconcile/running',
      'agent/reconcile/update',
      'agent/reconcile/tell',
      'agent/health',
      'agent/notices',
      'agent/report',
      'agent/supply',
      ...EDGE,
    ],
    packages: [],
  },
  {
    path: 'agent/operations',
    duty: 'what may be asked of the agent: each operation once, whoever asks',
    imports: ['protocol', 'protocol/operations', 'agent/ports', ...REPORTS],
    packages: [],
  },
  {
    path: 'agent/doors/mqtt',
    duty: 'from a message to a stored document, a told refusal or an answered command',
    imports: [
      'protocol/deployment',
      'protocol',
      'protocol/operations',
      'agent/notices',
      'agent/operations',
      'lib/mqtt',
      ...EDGE,
    ],
    packages: [],
  },
  {
    path: 'agent/doors/socket',
    duty: "the technician's Unix socket",
    imports: ['protocol', 'protocol/operations', 'agent/operations', ...EDGE],
    packages: ['pino', 'node:*'],
  },
  {
    path: 'agent/words',
    duty: 'how the device stands, in sentences that the command and the page share',
    imports: ['protocol/operations', ...PRINTED],
    packages: [],
    isPure: true,
  },
  {
    path: 'agent/cli/render',
    duty: 'what `holdfast` prints',
    imports: ['agent/words', 'protocol/operations', ...PRINTED],
    packages: [],
  },
  {
    path: 'agent',
    duty: 'the roots: put the agent together, start it, end it; they decide nothing',
    imports: [
      'agent/line',
      'agent/config',
      'agent/diagnosis',
      'agent/docker',
      'agent/doors/mqtt',
      'agent/doors/socket',
      'agent/loop',
      'agent/notices',
      'agent/operations',
      'agent/health',
      'agent/host',
      'agent/report',
      'agent/store',
      'agent/supply',
      'agent/systemd',
      'lib/render',
      ...EDGE,
    ],
    packages: ['pino', 'node:*'],
  },
  {
    path: 'agent/cli',
    duty: 'the `holdfast` command',
    imports: [
      'agent',
      'agent/cli/render',
      'agent/config',
      'agent/doors/socket',
      'agent/ports',
      'agent/store',
      'protocol/operations',
      'lib/render',
      ...REPORTS,
      'lib/failures',
      'lib/program',
      'lib/time',
    ],
    packages: ['valibot', 'node:*'],
  },
  {
    path: 'fleet/compose',
    duty: 'from a Compose file to the document',
    imports: ['lib/render', 'protocol', ...DOCUMENT],
    packages: ['yaml', 'node:path'],
  },
  {
    path: 'fleet/view',
    duty: 'what devices have told, judged',
    imports: ['protocol', ...DOCUMENT, 'protocol/reports'],
    packages: ['valibot'],
  },
  {
    path: 'fleet/document',
    duty: 'a file is read and made ready to publish',
    imports: ['fleet/compose', 'fleet/view', 'lib/failures', 'protocol', ...DOCUMENT, 'protocol/reports'],
    packages: ['valibot', 'node:*'],
  },
  {
    path: 'fleet/ctl/context',
    duty: 'what a command has of the process around it, and the exit code of what the library cannot do',
    imports: ['fleet/compose', 'fleet/document', 'lib/program', ...VALUES],
    packages: [],
  },
  {
    path: 'fleet/ctl/broker',
    duty: 'the broker as a command uses it: tries, refusals in words, what is retained',
    imports: ['fleet/ctl/context', 'lib/failures', 'lib/mqtt', 'lib/program', 'lib/time'],
    packages: ['node:crypto'],
  },
  {
    path: 'fleet/ctl/render',
    duty: 'what `holdfastctl` prints',
    imports: ['fleet/view', ...PRINTED],
    packages: [],
  },
  {
    path: 'fleet/ctl/follow',
    duty: 'an update is followed on its devices',
    imports: [
      'fleet/ctl/context',
      'fleet/ctl/broker',
      'fleet/ctl/render',
      'fleet/view',
      'lib/program',
      'protocol',
      ...PRINTED,
    ],
    packages: [],
  },
  {
    path: 'fleet/ctl/commands',
    duty: 'the commands of `holdfastctl`',
    imports: [
      'fleet/ctl/context',
      'fleet/ctl/broker',
      'fleet/ctl/follow',
      'fleet/ctl/render',
      'fleet/document',
      'fleet/view',
      'lib/program',
      'lib/time',
      'protocol',
      'protocol/operations',
      'lib/render',
      ...DOCUMENT,
      'protocol/reports',
    ],
    packages: ['valibot', 'node:*'],
  },
  {
    path: 'fleet/ctl',
    duty: 'the `holdfastctl` command',
    imports: [
      'fleet/document',
      'fleet/ctl/commands',
      'fleet/ctl/context',
      'lib/failures',
      'lib/program',
      ...VALUES,
    ],
    packages: ['commander', 'valibot', 'node:*'],
  },
];
