// The topics of Home Assistant's MQTT discovery: one retained configuration per device, and below the same level what each
// of its entities tells and hears. Source: https://www.home-assistant.io/integrations/mqtt/#discovery-topic
import { NAME_PATTERN } from '../../protocol/values/names.ts';

/** What Home Assistant is told below, and for which device. */
export interface Place {
  /** One topic level, as configured here and in Home Assistant. */
  readonly prefix: string;
  readonly device: string;
}

/** Of the device, in all of Home Assistant. */
export function identifierOf(device: string): string {
  return `holdfast-${device}`;
}

/** Of one deployment on one device, in all of Home Assistant: as no device id has a "_", no two are the same. */
export function uniqueIdOf(device: string, deployment: string): string {
  return `holdfast_${device}_${deployment}`;
}

export function configTopic(place: Place): string {
  return `${below(place)}/config`;
}

/** Ends otherwise than a configuration does, whatever the deployment is called: Home Assistant reads all that end so. */
export function stateTopic(place: Place, deployment: string): string {
  return `${below(place)}/${deployment}/state`;
}

export function installTopic(place: Place, deployment: string): string {
  return `${below(place)}/${deployment}/install`;
}

/** All install topics of the device. */
export function installFilter(place: Place): string {
  return installTopic(place, '+');
}

/** Whose state or install topic it is; `null` where it is none of this place. */
export function deploymentOf(place: Place, topic: string, kind: 'state' | 'install'): string | null {
  const [start, end] = [`${below(place)}/`, `/${kind}`];
  if (!topic.startsWith(start) || !topic.endsWith(end)) return null;
  const name = topic.slice(start.length, -end.length);
  return NAME_PATTERN.test(name) ? name : null;
}

/** The device stands alone in its level, so that a broker's rules can name it. Its id has only what an object id may have. */
function below({ prefix, device }: Place): string {
  return `${prefix}/device/holdfast/${device}`;
}
