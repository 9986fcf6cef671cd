// What happened on a device, each event in one sentence. Pure: data in, text out.
import { type Event, type EventKind, type NewEvent, readKnown } from '../../protocol/reports/events.ts';
import { formatDuration } from '../../protocol/values/duration.ts';
import { printable } from '../../protocol/values/text.ts';
import { describeCause, describeGrowth } from './failure-words.ts';
import { explainReason } from './reason-words.ts';

type Phased = Extract<NewEvent, { type: 'phase' }>;
type Failed = Extract<NewEvent, { type: 'update_failed' }>;
type Words = { readonly [K in EventKind]: (event: Extract<NewEvent, { type: K }>) => string };

const PHASE_WORDS: Readonly<Record<Phased['phase'], string>> = {
  waiting: 'waits',
  pulling: 'fetches its images',
  switching: 'changes its containers',
  proving: 'has to prove itself',
  converged: 'runs as asked',
  degraded: 'is not well',
  rolled_back: 'went back to the revision before',
  failed: 'failed',
  removed: 'is removed',
};

/**
 * What it concerns and what happened, on one line, with no time. Of a kind that only a newer agent knows, its name and all
 * that it tells.
 */
export function describeEvent(event: Event): string {
  const known = readKnown(event);
  if (known !== null) return describeKnown(known);
  const { seq: _seq, at: _at, type, ...rest } = event;
  return printable(`${type}: ${JSON.stringify(rest)}`);
}

function describeKnown(event: NewEvent): string {
  // Sound: the row of an event's kind takes that event.
  const words = WORDS[event.type] as (event: NewEvent) => string;
  return printable(`${subjectOf(event)}${words(event)}`);
}

function subjectOf(event: NewEvent): string {
  const deployment = 'deployment' in event ? event.deployment : undefined;
  const service = 'service' in event ? event.service : undefined;
  if (deployment === undefined) return '';
  return service === undefined ? `${deployment}: ` : `${deployment}/${service}: `;
}

function describePhase({ phase, revision, reason }: Phased): string {
  if (phase === 'rolled_back' && revision !== null) {
    return `went back to revision ${revision}${reason === null ? '' : `: ${explainReason(reason)}`}`;
  }
  const what = revision === null ? PHASE_WORDS[phase] : `revision ${revision} ${PHASE_WORDS[phase]}`;
  return reason === null ? what : `${what}: ${explainReason(reason)}`;
}

function describeUpdateFailed({ revision, services, ...reason }: Failed): string {
  const service = Object.entries(services).find(([name]) => reason.path === `services.${name}`);
  return `revision ${revision} failed: ${explainReason(reason)}${describeCause(service?.[1])}`;
}

const step = (words: string) => (): string => words;

const ASKED = { device: 'asked on the device', fleet: 'asked by the fleet' } as const;

const WORDS: Words = {
  agent_started: ({ version }) => `the agent ${version} started`,
  device_renamed: ({ from, to }) => `the device is called ${to} now, ${from} before`,
  topic_prefix_changed: ({ from, to }) => `the topic prefix is ${to} now, ${from} before`,
  host_name_changed: ({ host_name: name, device }) =>
    `the host is called ${name} now; the device stays ${device}`,
  store_recovered: ({ message }) => `the agent's memory was made anew: ${message}`,
  document_accepted: ({ source, origin, revision }) =>
    `revision ${revision} was accepted (from ${origin === 'local' ? 'a file' : source})`,
  document_refused: ({ source, origin, revision, code, message, path }) =>
    `${revision == null ? 'a document' : `revision ${revision}`} was refused (from ${origin === 'local' ? 'a file' : source}): ` +
    explainReason({ code, message, path }),
  document_cleared: ({ source, message }) => `its document was cleared at ${source}: ${message}`,
  fix_applied: ({ id, action }) => `a fix was begun for ${id}: ${action.replaceAll('_', ' ')}`,
  restart_asked: ({ deployment, service }) =>
    `somebody asked for a restart of ${service === undefined ? `all services of ${deployment}` : `${deployment}/${service}`}`,
  paused: ({ until, reason, by }) =>
    `${until === null ? 'is paused once what is under way has ended' : `paused until ${until}`} (${ASKED[by]}): ${reason}`,
  resumed: () => 'the pause has ended',
  switch_asked: ({ deployment }) => `somebody asked that the update of ${deployment} waits no longer`,
  clock_jumped: ({ by_ms: byMs }) =>
    `the clock was set ${byMs < 0 ? 'back' : 'on'} by ${formatDuration(Math.abs(byMs))}`,
  phase: describePhase,
  update_failed: describeUpdateFailed,
  service_failed: ({ code, message, memory }) => {
    const growth = describeGrowth(memory);
    return `failed: ${message} (${code})${growth === null ? '' : `: ${growth}`}`;
  },
  foreign_container: ({ name }) => `the container ${name} bears its labels and is none of the agent's`,
  image_removed: ({ reference }) => `the image ${reference} was removed, as nobody needs it`,
  step_failed: ({ step: name, code, message }) => `${name.replaceAll('_', ' ')} failed: ${message} (${code})`,
  sample: ({ memory_available_bytes: memory, disk_available_bytes: disk }) =>
    `free memory ${memory} bytes, free disk ${disk} bytes`,
  create_network: step('a network was made'),
  create_volume: step('a volume was made'),
  create_container: step('a container was made'),
  start_container: step('started'),
  unpause_container: step('goes on after a pause'),
  stop_container: step('stopped by the agent'),
  join_network: step('joined a network'),
  restart_container: step('restarted by the agent'),
  update_container: step('has new limits or another restart policy'),
  remove_container: step('an old container was removed'),
  remove_network: step('a network was removed'),
  leave_network: step('left a network'),
  remove_volume: step('a volume was removed'),
  remove_folder: step('a folder was removed'),
};
