// All that Home Assistant is to be told, as retained messages: facts in, topics and payloads out.
//
// Nothing that a deployment, a service or a registry wrote stands where Home Assistant looks for a template: the one template is
// the agent's own, and names are as narrow as object ids are.
import type { Status } from '../../protocol/reports/status.ts';
import { wellFormedJson } from '../../protocol/values/text.ts';
import { configTopic, identifierOf, installTopic, type Place, stateTopic, uniqueIdOf } from './topics.ts';
import { updateStateOf } from './update-state.ts';

/** What an entity's button sends. */
export const INSTALL = 'install';
/** As many deployments as a device looks after: their configuration is one retained message. */
const MAX_ENTITIES = 64;

export interface HomeAssistantFacts extends Place {
  readonly agentVersion: string;
  /** Where the agent tells whether it is there. */
  readonly presenceTopic: string;
  /** By name. */
  readonly statuses: readonly Status[];
  /** Deployments that were told before and are told no more: their entities are to go. */
  readonly gone: readonly string[];
}

/** By topic. Each state stands before the configuration, as Home Assistant reads it from there on. */
export function messagesOf(facts: HomeAssistantFacts): ReadonlyMap<string, string> {
  const told = facts.statuses.flatMap(({ phase, desired, ...status }) =>
    desired === null || phase === 'removed' ? [] : [{ ...status, phase, desired }],
  );
  const shown = told.slice(0, MAX_ENTITIES);
  // With no entity left the device goes too, and with it its configuration.
  if (shown.length === 0) return new Map();
  const states = shown.map((status) => {
    const state = updateStateOf(status, status.desired);
    return [stateTopic(facts, status.deployment), wellFormedJson(state)] as const;
  });
  const names = shown.map(({ deployment }) => deployment);
  return new Map([...states, [configTopic(facts), wellFormedJson(configOf(facts, names))]]);
}

/** Source of the fields: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
function configOf(facts: HomeAssistantFacts, names: readonly string[]): object {
  const { device, agentVersion, presenceTopic } = facts;
  const gone = facts.gone.filter((name) => !names.includes(name));
  return {
    device: {
      identifiers: [identifierOf(device)],
      name: device,
      manufacturer: 'Holdfast',
      model: 'Holdfast device',
      sw_version: agentVersion,
    },
    origin: { name: 'holdfast', sw_version: agentVersion },
    availability_topic: presenceTopic,
    availability_template: "{{ 'online' if value_json.online else 'offline' }}",
    qos: 1,
    components: Object.fromEntries([
      ...names.map((name) => [name, componentOf(facts, name)]),
      // A component with its platform alone is removed.
      ...gone.map((name) => [name, { platform: 'update' }]),
    ]),
  };
}

function componentOf(place: Place, deployment: string): object {
  return {
    platform: 'update',
    unique_id: uniqueIdOf(place.device, deployment),
    name: deployment,
    state_topic: stateTopic(place, deployment),
    command_topic: installTopic(place, deployment),
    payload_install: INSTALL,
  };
}
