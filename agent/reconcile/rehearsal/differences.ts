// What a service asks otherwise than its container was made for, by the document's keys. Values are told of images and limits
// alone: all others may be secret.
// Tested in test/agent/whole/plan.test.ts.
import { formatBytes } from '../../../protocol/values/byte-size.ts';
import type { DesiredService } from '../../model/desired-service.ts';
import type { MutableSettings } from '../../model/observed.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';

/** Of fields that a document calls otherwise than by their name in snake case. */
const KEYS: Partial<Record<keyof DesiredService, string>> = {
  groups: 'group_add',
  hasDeviceName: 'uts',
  stopGraceMs: 'stop_grace_period',
  exposed: 'expose',
  dnsOptions: 'dns_opt',
  mounts: 'volumes',
  folders: 'volumes',
};

/** These change with no new container. */
const LIVELY: readonly (keyof DesiredService)[] = ['probe', 'dependsOn', 'restart', 'pullPolicy'];

/** What needs a new container: `image a:1 -> a:2`, `environment`. */
export function differencesOf(before: ServiceSpec, after: ServiceSpec): string[] {
  const [was, is] = [before.service.image.text, after.service.image.text];
  const image = was === is ? [] : [`image ${was} -> ${is}`];
  const parts = (['networks', 'volumes'] as const).filter((key) => !areEqual(before[key], after[key]));
  const kinds = (['configs', 'secrets'] as const).filter((kind) => {
    const [had, has] = [before, after].map(({ files }) => files.filter((file) => file.kind === kind));
    return !areEqual(had, has);
  });
  const keys = changedKeys(before, after, (key) => key !== 'image' && !LIVELY.includes(key));
  return [...image, ...new Set([...keys, ...parts, ...kinds])];
}

/** What holds from now on for the container that is there, but for its limits. */
export function livelyDifferencesOf(before: ServiceSpec, after: ServiceSpec): string[] {
  return changedKeys(before, after, (key) => LIVELY.includes(key));
}

function changedKeys(
  before: ServiceSpec,
  after: ServiceSpec,
  isMeant: (key: keyof DesiredService) => boolean,
): string[] {
  // Sound: a spec's service has no other fields than its type.
  const fields = Object.keys(after.service) as (keyof DesiredService)[];
  return fields
    .filter((key) => isMeant(key) && !areEqual(before.service[key], after.service[key]))
    .map((key) => KEYS[key] ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** `memory 64 MiB -> 128 MiB`, for each setting that changes on the living container. */
export function settingDifferences(shown: MutableSettings, asked: MutableSettings): string[] {
  return [
    ...changed('memory', [shown.memoryBytes, asked.memoryBytes], formatBytes),
    ...changed('cpus', [shown.nanoCpus, asked.nanoCpus], (nano) => String(nano / 1e9)),
    ...changed('pids', [shown.pids, asked.pids], String),
    ...(shown.restartPolicy === asked.restartPolicy
      ? []
      : [`restart ${shown.restartPolicy} -> ${asked.restartPolicy}`]),
  ];
}

/** A limit that is asked for no more cannot be taken away from a living container. */
export function lostLimits(shown: MutableSettings, asked: MutableSettings): string[] {
  return [
    ...(asked.memoryBytes === 0 && shown.memoryBytes > 0 ? ['memory'] : []),
    ...(asked.nanoCpus === 0 && shown.nanoCpus > 0 ? ['cpus'] : []),
  ];
}

function changed(
  name: string,
  [was, is]: readonly [number, number],
  inWords: (value: number) => string,
): string[] {
  const say = (value: number): string => (value > 0 ? inWords(value) : 'none');
  return was === is ? [] : [`${name} ${say(was)} -> ${say(is)}`];
}

function areEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
