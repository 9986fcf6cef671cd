// Every row of "what happens when…" in docs/operations.md, by its words there: the signs that a run has reached it,
// any of which will do, or why no run can. A test holds the rows equal.

import { FULL } from './codes.ts';

export const ROWS: Readonly<Record<string, readonly string[]>> = {
  'the broker is away': ['line back'],
  'the broker is away for weeks': ['line back after weeks'],
  'the outbox is full': ['events lost to a full outbox'],
  'the line comes and goes every few seconds': ['line session_taken as it seems'],
  'the broker restarts without persistence': ['told anew'],
  'the broker gives out retained documents stale, reordered, twice or cut short': ['refused stale'],
  "the broker's rules deny a topic, or it refuses a subscription for a while": ['line denied'],
  'two devices have the same id': ['line session_taken by another'],
  'the registry is away': ['pulling registry_unreachable'],
  'the registry refuses': ['rolled_back registry_auth', 'failed registry_auth'],
  'the registry says that it is asked too often (HTTP 429)': ['pulling registry_rate_limited'],
  'a layer is damaged, or compressed or made in a way that the engine cannot read': [
    ...['pulling image_damaged', 'rolled_back image_damaged', 'failed image_damaged'],
  ],
  'the image is not there': ['rolled_back image_not_found', 'failed image_not_found'],
  'the image is for another CPU': ['rolled_back no_matching_platform', 'failed no_matching_platform'],
  'the engine is away, or restarts': ['degraded engine_unavailable'],
  'the engine cannot read one container or image, as after a crash': ['service dead'],
  'the engine has no subnet left for another network': [
    ...['switching no_address_pool', 'degraded no_address_pool'],
    ...['rolled_back no_address_pool', 'failed no_address_pool'],
  ],
  'the agent is killed': ['agent_started again'],
  'somebody pauses a deployment': ['paused'],
  'the agent hangs': ['watchdog'],
  'the agent does not run for a while: stopped, swapped out, on a paused machine': ['stood still'],
  'power is cut': ['agent_started after a boot'],
  'a host port is taken': ['rolled_back port_taken', 'failed port_taken'],
  "an image does not fit on the engine's disk above the [reserve](configuration.md#images)": [
    'pulling no_space reserve',
  ],
  'a tag moves under `pull_policy: always`': ['digest moved always'],
  "the engine's disk is full all the same": [
    'pulling no_space engine',
    'rolled_back no_space engine',
    'failed no_space engine',
  ],
  'the disk of `data_dir` is full': [FULL, 'events lost to a full disk'],
  'the disk of `data_dir` is full when the agent starts': [
    'started on a full disk',
    'no store for want of space',
  ],
  '`holdfast.db` is damaged, empty or gone': ['store_recovered damaged', 'store_recovered missing'],
  'the power goes during a migration or a recovery': ['recovery cut short'],
  'a container is killed or stopped by hand': ['service_failed exited by hand'],
  'a container is removed by hand': ['service_failed removed'],
  'the container of a job that is done is removed, as by `docker container prune`': ['job done and gone'],
  'somebody copies a container of the deployment with its labels (`docker commit` and `docker run`, a tool that duplicates it)':
    ['foreign_container'],
  'a container of somebody else is in a network that is to go': [
    ...['switching network_in_use', 'converged network_in_use', 'degraded network_in_use'],
  ],
  'a limit or restart policy is changed by hand': ['update_container'],
  'a network is removed by hand': ['join_network'],
  'a container is paused by hand': ['unpause_container'],
  'a service crashes in a loop, fast or slow, or hangs again and again': ['backed off'],
  'a service passes its memory limit': ['failure oom_killed'],
  'an update is bad': ['rolled_back exited', 'rolled_back unhealthy', 'rolled_back deadline'],
  'a service crashes or is made anew in whose namespace another lives (`service:NAME`)': [
    'restart_container of a guest',
  ],
  'an update has a window and the clock is not synchronised': ['waiting clock_not_synchronised'],
  'an update window is shut, or a hold file is there': ['waiting window', 'waiting held'],
  'a network, volume or container that is left over cannot be removed': ['converged engine_error'],
  'a first deployment fails': ['failed at first'],
  'the revision before fails too': ['failed inconsistent'],
  'a document is malformed': ['refused invalid', 'refused not_json'],
  'a revision is lower, or the same with other content': ['refused stale', 'refused conflict'],
  'a retained document is cleared': ['document_cleared'],
  'the name in a topic is no name': ['document_refused bad_name'],
  'an image cannot be removed': ['image not removed'],
  'a device leaves a group (configuration)': ['group left'],
  "a device's own document ends (`inherit`) and no group has one": ['converged nothing_to_inherit'],
  'the clock is wrong, as after a boot in 1970': ['clock of another year'],
  'the clock is set, or runs backwards, also in the middle of an update': ['clock_jumped'],
  'the kernel does not enforce a limit': ['not_enforced'],
};

const ON_THE_WIRE = 'the simulated line is there or not, and what goes over it is not simulated';
const ONE_ID = 'a simulated device keeps the id that it is configured with';
const ONE_VERSION = 'one version of the agent lives through a whole run';
const NOT_ASKED = 'no deployment of the simulated fleet asks for it';
const OF_THE_HOST = "the simulated disk has no modes, owners or locks, and is the agent's alone";

/** Rows that no run can reach, and why: the tests that the table names see to them. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "the broker's host name is not known, or DNS does not answer": ON_THE_WIRE,
  'the broker accepts and never answers': ON_THE_WIRE,
  'the broker, or something in its place, sends what is no MQTT, or a packet too long': ON_THE_WIRE,
  'the line is slow (2 kB/s, 2 s late)': ON_THE_WIRE,
  'the broker refuses the login': ON_THE_WIRE,
  'the host name changes, and no `device` is configured': ONE_ID,
  'the device gets another id, or another topic prefix (configuration)': ONE_ID,
  'the broker ends the connection and says why (a quota, too many messages, an administrator)': ON_THE_WIRE,
  'the broker drops messages that wait for the device, as its queue is full':
    'they come when the device subscribes again: nothing that is told shows it',
  "the broker's certificate is from an unknown authority, for another host or has expired; or it refuses the device's":
    ON_THE_WIRE,
  'the image is not here and may not be pulled (`pull_policy: never`)':
    'every image of the simulated fleet may be pulled',
  'the damage shows up while the agent runs':
    'the checks read the same database in its memory, and would be the first to meet it',
  '`holdfast.db` is removed or replaced while the agent runs':
    'what waited in the outbox is lost with it, and the checks would call that broken',
  'a second copy in `documents/` is damaged or gone':
    'beside a damaged database it loses documents, and the checks would call that broken',
  'the disk of `data_dir` turns read-only, or fails to write':
    'to the agent it is a full disk with another code',
  '`holdfast.db` is from a newer agent': ONE_VERSION,
  'a record in `holdfast.db` is from a newer agent, or not of the shape that it should have': ONE_VERSION,
  '`holdfast.db` has a wrong mode or owner': OF_THE_HOST,
  '`data_dir` cannot be written at all': OF_THE_HOST,
  'another agent has the same `data_dir`': OF_THE_HOST,
  'the agent itself fails at one deployment':
    'a run in which the agent meets what nothing was prepared for has failed',
  'a stored document is no longer valid for a newer agent': ONE_VERSION,
  'a service fails half of its last 20 probes, never often enough in a row':
    'a device on which that goes on is never idle, and its life takes too long to simulate',
  'a service fills the file of its heartbeat': OF_THE_HOST,
  'files of a service cannot be removed': OF_THE_HOST,
  'a directory in the folder of a deployment cannot be made: a full or read-only disk, a link in its way, a file in its place':
    OF_THE_HOST,
  'what a removal names of the folder cannot be deleted, or is large': OF_THE_HOST,
  'an image brings an init process that must be process 1 (s6-overlay), and another is: with `init: true`, behind a shell script, or in a container that an older agent made':
    'every simulated document leaves it to the agent, which never does it wrong',
  'what ran before takes long to stop, or does not stop':
    'its deadline counts from when it has stopped: nothing that is told shows it',
  'the engine does not end the removal of a container': 'the simulated engine ends each at once',
  "a network's subnet overlaps with that of another network of the device": NOT_ASKED,
  'the fixed address of a service is taken, or not of its network': NOT_ASKED,
  'the share behind a volume cannot be mounted': NOT_ASKED,
  'a volume is there with other options than a revision asks for': NOT_ASKED,
  'a shared network is there with other settings than a revision asks for': NOT_ASKED,
  'the last deployment leaves a shared network': NOT_ASKED,
  'a removal is to purge a shared volume that others use, or that somebody else has made': NOT_ASKED,
  'a host port, a fixed address or a device node goes from one service of a deployment to another':
    'who needs it waits for its holder: nothing that is told shows it',
  'the engine shows something otherwise than it was asked, or somebody undoes it each time':
    'what the simulated engine shows otherwise never makes the agent undo a step',
  'a host port is left to the engine (`ports: ["80"]`)':
    'so it is from the beginning, and no change tells it',
  'a 65th deployment is asked for': 'a device with 64 of them takes too long to simulate',
};

/** Rows that were reached, by the signs that were seen. */
export function rowsOf(signs: ReadonlySet<string>): string[] {
  return Object.entries(ROWS).flatMap(([row, shown]) => (shown.some((sign) => signs.has(sign)) ? [row] : []));
}

/** Rows that could be reached, and were not. */
export function findUnreached(reached: Readonly<Record<string, number>>): string[] {
  return Object.keys(ROWS).filter((row) => reached[row] === undefined);
}
