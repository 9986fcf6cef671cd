// Who can put right what a reason says, and with which command, by the reason's code. What to do is said by the reason's own
// hint, where it has one: whoever saw it knows more.
// Tested in test/agent/findings/find.test.ts.

import type { Fix } from '../../protocol/reports/finding.ts';
import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import { byItself, byManager, byTechnician, runnable } from './candidate.ts';

type By = Fix['by'];

/** What a command is about. */
export interface Place {
  readonly deployment: string;
  readonly service: string | null;
  /** Whether the service runs, and is of the revision that is to run: then a restart may help. */
  readonly isUp?: boolean;
}

export interface Remedy {
  readonly by: By;
  /** A phrase: no capital, no full stop. */
  readonly text: string;
  /** What is typed. `retry` and `resume`: of the deployment, which the agent can do itself. */
  readonly command?: 'retry' | 'resume' | ((place: Place) => string);
}

const containers = ({ deployment, service }: Place): string => {
  const ofService = service === null ? '' : ` --filter label=io.holdfast.service=${service}`;
  return `docker ps -a --filter label=io.holdfast.deployment=${deployment}${ofService}`;
};
const own = (text: string, command?: Remedy['command']): Remedy =>
  command === undefined ? { by: 'technician', text } : { by: 'technician', text, command };
const manager = (text: string, command?: Remedy['command']): Remedy =>
  command === undefined ? { by: 'fleet_manager', text } : { by: 'fleet_manager', text, command };
const nobody = (text: string): Remedy => ({ by: 'nobody', text });

const KERNEL_LOG = (): string => 'sudo dmesg --level=err,warn | tail -n 30';
const NETWORKS = (): string => 'docker network ls';

export const REMEDIES: Readonly<Record<ReasonCode, Remedy>> = {
  image_not_found: manager('push the image or publish the right tag; then try again', 'retry'),
  no_matching_platform: manager("build the image for this device's CPU; then try again", 'retry'),
  image_damaged: manager('push the image again; then try again', 'retry'),
  image_unsupported: manager(
    'build it as a Docker or OCI image, or upgrade the engine; then try again',
    'retry',
  ),
  registry_auth: own('correct [registries."HOST"] in holdfast.toml; then try again', 'retry'),
  registry_rate_limited: own(
    'log in with [registries."HOST"] in holdfast.toml; else it passes by itself',
    'retry',
  ),
  registry_unreachable: own('check network, proxy and name service; it is tried again by itself', 'retry'),
  registry_tls: own("check the registry's certificate and the device's clock; then try again", 'retry'),
  pull_failed: own('it is tried again by itself; or now', 'retry'),
  aborted: own('check the link to the registry; it is tried again by itself, or now', 'retry'),
  no_space: own('free disk space; it is tried again by itself', () => 'docker system df'),
  data_dir_read_only: own('see why the disk has turned read-only, and make it writable', KERNEL_LOG),
  data_dir_io_error: own('the disk or card may be at its end: see the log of the kernel', KERNEL_LOG),
  io_error: own('look at the path that is named', KERNEL_LOG),
  link_in_folder: own(
    'remove the symbolic link that is named',
    ({ deployment }) => `sudo ls -lR /var/lib/holdfast/folders/${deployment}`,
  ),
  port_taken: own('end the other program, or publish another port; then try again', () => 'sudo ss -ltnup'),
  name_taken: own('rename or remove what has that name; then try again', NETWORKS),
  command_not_found: manager('correct command or entrypoint, and publish that'),
  engine_too_old: own('upgrade the Docker Engine, or leave that key out', () => 'docker version'),
  device_missing: own('plug the device in, or install its driver; then try again', 'retry'),
  path_missing: own('make that path on the device; then try again', 'retry'),
  image_missing: own('bring the image with docker load, or let it be pulled', 'retry'),
  network_in_use: own('disconnect the container that is not one of Holdfast', NETWORKS),
  stop_timeout: own(
    "see the engine's log; a restart of the engine ends the container",
    () => 'sudo journalctl -u docker -n 30',
  ),
  no_address_pool: own(
    'remove networks that nobody uses, or add default-address-pools; then try again',
    () => 'docker network prune',
  ),
  subnet_taken: own('publish another subnet, or remove the other network; then try again', NETWORKS),
  address_taken: manager('publish another address'),
  address_refused: manager('publish an address in the subnet of the network'),
  mount_failed: own('check what driver_opts of the volume say: is the server reachable?', 'retry'),
  volume_kept: own('remove the containers that use the volume', () => 'docker ps -a'),
  conflict: own('see what else the engine does with it; it is tried again by itself', containers),
  refused_by_engine: manager('correct what the engine refuses, and publish that'),
  engine_error: own(
    "see the engine's log; it is tried again by itself",
    () => 'sudo journalctl -u docker -n 30',
  ),
  internal_error: own('report it; it is tried again by itself, or now', 'retry'),
  exited: manager('read its last lines and correct the service, or what it needs'),
  oom_killed: manager('raise deploy.resources.limits.memory, or find what grows'),
  unhealthy: manager('find in its last lines why its probe fails, and correct that'),
  flapping: manager('find in its last lines why its probe fails half of the time, and correct that'),
  removed: nobody('it is created again'),
  starting: nobody('it is starting'),
  deadline: manager('raise update.deadline, or find why it starts so slowly; then try again', 'retry'),
  never_proven: own('find what restarts the device or the agent; then try again', 'retry'),
  unproven: own('try it again', 'retry'),
  inconsistent: manager('publish content that works; or try again', 'retry'),
  not_in_rollout: nobody('the roll-out has not come to this device yet'),
  window: nobody('it switches when the update window opens'),
  clock_not_synchronised: own('let the device reach a time server', () => 'timedatectl'),
  paused: own('end the pause', 'resume'),
  held: own(
    'end the program that holds the update, or remove its hold file',
    ({ deployment }) => `sudo ls -l /var/lib/holdfast/hold/${deployment}`,
  ),
  engine_unavailable: own('start the Docker Engine', () => 'sudo systemctl start docker'),
  document_unreadable: manager('publish it again under a higher revision'),
  nothing_to_inherit: manager("to remove it, publish the device's own document with state absent"),
  network_differs: own('remove the network where nobody uses it, or publish the same settings', NETWORKS),
  volume_differs: own(
    'remove the volume where nobody needs what is in it, or publish the same settings',
    () => 'docker volume ls',
  ),
  no_progress: own('find who undoes what the agent does', () => 'docker events --since 10m'),
  removal_pending: nobody('the removal goes on'),
  bad_name: manager('publish under a topic whose last level is the name of a deployment'),
  too_large: manager('publish a smaller document'),
  not_utf8: manager('publish it as UTF-8'),
  not_json: manager('publish it again: it arrived as no JSON'),
  invalid: manager('correct what is named, and publish that'),
  wrong_name: manager('publish it under its own name'),
  stale: manager('publish it under a higher revision'),
  too_many_deployments: manager('remove deployments from this device'),
};

/** Of a service that runs and does not answer, though it did before. */
const RESTARTED: ReadonlySet<string> = new Set(['unhealthy', 'flapping']);

const UNKNOWN: Remedy = own('try it again', 'retry');

function remedyOf(code: string): Remedy {
  return Object.entries(REMEDIES).find(([known]) => known === code)?.[1] ?? UNKNOWN;
}

/** `hint` is that of the reason. */
export function fixOf(code: string, place: Place, hint: string | undefined): Fix {
  const { by, text, command } = remedyOf(code);
  const said = hint ?? text;
  const fix = { technician: byTechnician, fleet_manager: byManager, nobody: byItself }[by](said);
  if (RESTARTED.has(code) && place.isUp === true && place.service !== null) {
    const restarted = byTechnician(`restart it; if that does not help: ${said}`);
    return runnable(restarted, `holdfast restart ${place.deployment}/${place.service}`);
  }
  if (command === undefined) return fix;
  if (typeof command === 'string') return runnable(fix, `holdfast ${command} ${place.deployment}`);
  return { ...fix, command: command(place) };
}
