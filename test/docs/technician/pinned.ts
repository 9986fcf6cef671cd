// What differs from one run of the technician's walk to the next, and from machine to machine: times, ids, sizes, counts of
// tries, addresses. Each is put in its place by what is always the same; all else stays as it was.

/** By which clock it is shown. */
export const PINNED_NOW = new Date('2026-03-14T10:00:00Z');
const BEFORE = '2026-03-14T09:58:00Z';
const SOON = '2026-03-14T10:00:08Z';
const MIB = 1024 ** 2;

/** Fields of answers, by their names. */
const FIELDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  agent_version: () => '0.1.0',
  host: () => ({
    ...{ cpu_percent: 7.5, temperature_celsius: 48.5, clock_synchronised: true },
    memory: { total_bytes: 4096 * MIB, available_bytes: 2560 * MIB },
    disk: { total_bytes: 29_600 * MIB, available_bytes: 18_740 * MIB },
  }),
  usage: pinUsage,
  count: () => 4,
  // Each probe of what hangs may leave one.
  threads: (value) => (typeof value === 'number' ? 6 : value),
  // By when a log is read, a service may have said the same once more.
  log: (lines) => (Array.isArray(lines) ? lines.filter((line, at) => line !== lines[at - 1]) : lines),
  checks: pinChecks,
  restarts: (value) => (value === 0 ? 0 : 3),
};

const SPAN = String.raw`\d+(?:ms|s|m|h|d)(?: \d+(?:s|m|h))?`;

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, BEFORE],
  [/^(next try at) \S+$/, `$1 ${SOON}`],
  [/sha256:[0-9a-f]{64}/g, `sha256:${'5d20c80f0a55'.padEnd(64, '0')}`],
  // A container's name ends in what it was made from, and in chance.
  [/-[0-9a-f]{8}-[0-9a-f]{8}\b/g, '-03be13cb-e4493e6d'],
  [new RegExp(`has failed \\d+ times within ${SPAN}`, 'g'), 'has failed 4 times within 6s'],
  [/\(\d+ threads/g, '(6 threads'],
  [/has come \d+ times/g, 'has come 4 times'],
  [/restarted \d+ times/g, 'restarted 3 times'],
  [/\d+ restarts/g, '3 restarts'],
  [/(@[0-9a-f]{12}) +[1-9]\d* /g, '$1         3 '],
  [/@[0-9a-f]{12}/g, '@5d20c80f0a55'],
  // The engine may have begun the next run, which the agent ends.
  [/(?:exited|stopped) with code \d+$/, 'exited with code 1'],
  // A rig starts no service.
  [/^(?:Nothing is known of the unit holdfast|missing: unit\.json):.*\n(?: +.*\n)*/m, ''],
  [/: \d+(\s+files,)/, ': 10$1'],
  [new RegExp(`(accepted|started|started again)(?: ${SPAN} before| at that time)`, 'g'), '$1 5s before'],
  [/\d+ events and \d+ statuses wait/g, '3 events and 2 statuses wait'],
  [/Up (?:About )?(?:an?|\d+) \w+/g, 'Up 10 days'],
  [/[\d.]+ MiB( of [\d.]+ MiB are free)/g, '1.6 MiB$1'],
];

/** What services use now, however deep it stands. */
function pinUsage(usage: unknown): unknown {
  const used: Readonly<Record<string, number>> = { cpu_percent: 2, memory_bytes: 11 * MIB };
  return JSON.parse(JSON.stringify(usage), (name, value: unknown) => used[name] ?? value);
}

/** Checks of what the walk itself sets up. The others tell of the machine that it runs on, and how many they are. */
const OF_WALK = /^(?:secrets|store|broker .*|certificates|registries)$/;
const OTHERS = Array.from({ length: 12 }, () => ({ name: 'machine', result: 'ok', text: '' }));

function pinChecks(checks: unknown): unknown {
  return Array.isArray(checks) ? [...checks.filter(({ name }) => OF_WALK.test(name)), ...OTHERS] : checks;
}

/** Names of this machine, and what they are called in the walk. */
export type Places = Readonly<Record<string, string>>;

export function pinText(text: string, places: Places): string {
  const named = Object.entries(places).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  return TEXTS.reduce((all, [pattern, to]) => all.replace(pattern, to), named);
}

/** An answer of the agent before it is laid out, so that lines break at the same places. */
export function pinAnswer(value: unknown, places: Places, name = ''): unknown {
  const pinned = FIELDS[name]?.(value) ?? value;
  return name === 'next_try_at' ? SOON : pinInside(pinned, places);
}

function pinInside(value: unknown, places: Places): unknown {
  if (typeof value === 'string') return pinText(value, places);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => pinAnswer(one, places));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, pinAnswer(field, places, key)]),
  );
}
