// Every code of a reason, a failure of a service and a refusal that this version of the agent gives. A reader
// meets others, of newer and of older agents.

/**
 * What it is put down to: `content`, what the document asks for has itself shown that it does not work; `device`, the
 * device or its disk, engine, network, clock or other programs; `nobody`, what passes or is meant so, or lies elsewhere.
 */
type Owner = 'content' | 'device' | 'nobody';

/**
 * How it is tried again: `soon`, seconds to minutes apart; `rate_limited`, as the registry counts; `seldom`, minutes to
 * hours apart, as it most likely lasts; `on_change`, when something else has changed, such as the document.
 */
export type RetryClass = 'soon' | 'rate_limited' | 'seldom' | 'on_change';

/** For people, in one line. */
type Meaning = string;

type ReasonRow = readonly [Owner, RetryClass, Meaning];

export const REASONS = {
  // Of pulls.
  image_not_found: ['nobody', 'seldom', 'the registry does not have the image'],
  no_matching_platform: [
    'device',
    'seldom',
    "the image is not made for this device's CPU, or the `platform` asked",
  ],
  image_damaged: ['nobody', 'seldom', 'a layer of the image cannot be unpacked'],
  image_unsupported: ['device', 'seldom', 'the engine cannot read images of that kind'],
  registry_auth: [
    'device',
    'seldom',
    'the registry refuses the credentials, also after they were read again',
  ],
  registry_rate_limited: ['nobody', 'rate_limited', 'the registry says that it gets too many requests'],
  registry_unreachable: ['nobody', 'soon', 'the registry cannot be reached'],
  registry_tls: ['nobody', 'soon', "the registry's certificate is not valid"],
  pull_failed: [
    'nobody',
    'soon',
    'any other failure of a pull; where a layer cannot be unpacked, retried seldom',
  ],
  aborted: ['nobody', 'soon', 'the agent gave the pull up'],
  // Of disks.
  no_space: [
    'device',
    'soon',
    "the device's disk is full, or has no room for the image above the reserve; for a secret, the memory in `/run` is full",
  ],
  data_dir_read_only: ['device', 'soon', "the disk of the device's `data_dir` has turned read-only"],
  data_dir_io_error: ['device', 'soon', "the disk of the device's `data_dir` fails to write"],
  io_error: [
    'device',
    'soon',
    "a config or secret cannot be written, or something in the deployment's folder not made or deleted",
  ],
  link_in_folder: [
    'device',
    'soon',
    "a symbolic link is in the deployment's folder, on the way to what is to be mounted or deleted; it is not followed",
  ],
  // Of steps: the engine's answer to a create, start, change or removal.
  port_taken: ['device', 'soon', 'another program or container has the host port'],
  name_taken: [
    'device',
    'soon',
    'there is a network, volume or container of that name that Holdfast did not make, or several shared networks of it',
  ],
  command_not_found: [
    'content',
    'soon',
    "`command` or `entrypoint` is not in the image; under the engine's init process it exits with code 127",
  ],
  engine_too_old: ['device', 'soon', 'a key needs a newer engine; the message names both'],
  device_missing: ['device', 'soon', 'a device or its driver is not there'],
  path_missing: ['device', 'soon', 'the source of a bind mount is not there'],
  image_missing: [
    'device',
    'soon',
    'the image was removed meanwhile and is pulled again; or it is not here, and `pull_policy` is `never`',
  ],
  network_in_use: [
    'device',
    'soon',
    'a container that the agent did not create is in a network that must be removed',
  ],
  stop_timeout: ['device', 'soon', 'the engine has not ended a container a minute after its grace'],
  no_address_pool: ['device', 'soon', 'the engine has no subnet left for another network'],
  subnet_taken: ['device', 'soon', 'the subnet overlaps with that of another network'],
  address_taken: ['device', 'soon', "the address is another container's, or the gateway's"],
  address_refused: ['device', 'soon', 'the network has no subnet that holds the address'],
  mount_failed: ['device', 'soon', "the engine cannot mount what the volume's `driver_opts` say"],
  volume_kept: [
    'device',
    'on_change',
    'a shared volume that was to be purged stays: others use it, or somebody else has made it',
  ],
  conflict: [
    'nobody',
    'soon',
    'the engine answers 409. As a refusal: this revision was accepted before with other content',
  ],
  refused_by_engine: [
    'content',
    'seldom',
    'the engine answers 400: to it the reference, or what is asked, is none',
  ],
  engine_error: ['device', 'soon', 'the engine answers another error; its words are in the message'],
  internal_error: [
    'device',
    'seldom',
    'a fault of the agent itself, in one step or at one deployment: please report it',
  ],
  // Of services.
  exited: ['content', 'soon', 'the service exited'],
  oom_killed: ['content', 'soon', 'the service was killed because it used more memory than its limit'],
  unhealthy: ['content', 'soon', "the service's probe or HEALTHCHECK fails"],
  flapping: [
    'content',
    'soon',
    "the service's probe fails half of the last 20 times, though never `failures` times in a row",
  ],
  removed: ['device', 'soon', "the service's container was removed by somebody else; it is created again"],
  starting: ['nobody', 'soon', 'a service of the verified revision is starting again'],
  // Of updates.
  deadline: [
    'content',
    'on_change',
    'not healthy within the deadline, with no better explanation; the message says what was missing',
  ],
  never_proven: [
    'nobody',
    'seldom',
    'agent or device restarted, or nobody looked for a while, more than 5 times before the update was verified',
  ],
  unproven: ['nobody', 'seldom', 'not verified, and the cause was lost'],
  inconsistent: ['nobody', 'soon', 'the rollback fails as well: nothing good runs'],
  not_in_rollout: ['nobody', 'on_change', 'the device takes no part in the roll-out yet'],
  window: ['nobody', 'on_change', 'waits for the update window; the message says until when'],
  clock_not_synchronised: [
    'device',
    'on_change',
    'the clock is not synchronised, so it is not known whether the update window is open; after 24 h it is trusted as it is',
  ],
  held: ['nobody', 'on_change', 'a program on the device holds the update'],
  // Of deployments.
  paused: [
    'nobody',
    'on_change',
    'somebody asked that nothing be done for a while; the message says who, why and until when',
  ],
  engine_unavailable: ['device', 'soon', 'the container engine does not answer, so what runs is not known'],
  document_unreadable: [
    'nobody',
    'on_change',
    'the stored document has a shape that this version of the agent does not know; publish it again',
  ],
  nothing_to_inherit: [
    'nobody',
    'on_change',
    "the device's own document has ended, and none of its groups has one: what runs is kept",
  ],
  network_differs: [
    'device',
    'on_change',
    'a shared network is there with other settings than asked, and cannot be changed',
  ],
  volume_differs: [
    'device',
    'on_change',
    'a volume is there with other settings than asked, and cannot be changed',
  ],
  no_progress: [
    'device',
    'soon',
    'steps succeed again and again, and the engine does not show what was asked; the message says what it shows',
  ],
  removal_pending: [
    'device',
    'soon',
    'a removal waits until the engine has removed a container, or a folder is large and its deletion goes on',
  ],
  // Of refusals.
  bad_name: ['nobody', 'on_change', "the topic's last level is no name of a deployment"],
  too_large: ['nobody', 'on_change', 'the payload has more bytes than are taken'],
  not_utf8: ['nobody', 'on_change', 'the payload is no UTF-8'],
  not_json: ['nobody', 'on_change', 'the payload is no JSON'],
  invalid: ['nobody', 'on_change', 'the document is not valid; the message names each fault by its path'],
  wrong_name: ['nobody', 'on_change', 'the document has another name than its topic'],
  stale: ['nobody', 'on_change', 'an older revision than the one that was accepted before'],
  too_many_deployments: ['nobody', 'on_change', 'the device has as many deployments as it can look after'],
} as const satisfies Readonly<Record<string, ReasonRow>>;

export type ReasonCode = keyof typeof REASONS;

/** Whether the content itself has shown that it does not work. Of a code that this version does not know, nobody can say so. */
export function isOfTheContent(code: string): boolean {
  const row = Object.entries<ReasonRow>(REASONS).find(([known]) => known === code)?.[1];
  return row?.[0] === 'content';
}

/** How what failed with this code is tried again. */
export function retryOf(code: ReasonCode): RetryClass {
  return REASONS[code][1];
}
