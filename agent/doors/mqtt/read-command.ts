// From the payload of a command to what is asked for.
// Tested in test/agent/doors/mqtt/command-intake.test.ts.
import { describeFaults, parseWith } from '../../../protocol/faults.ts';
import { type Command, commandSchema } from '../../../protocol/operations/command.ts';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';
import type { Offer } from '../../operations/offer.ts';
import type { CommandAnswer } from './reply.ts';

export interface AskedOperation {
  readonly offer: Offer;
  readonly args: Command['args'];
}

/** `id` is what the topic says. Answers with why it is refused where it asks for nothing that the broker may ask. */
export function readCommand(
  offers: readonly Offer[],
  id: string,
  payload: Uint8Array,
): AskedOperation | CommandAnswer {
  const json = parseJsonPayload(payload, MAX_PAYLOAD_BYTES);
  if (!json.ok) return refuse(json.code, json.message);
  const parsed = parseWith(commandSchema, json.value);
  if (!parsed.ok) return refuse('invalid', describeFaults(parsed.faults));
  const { verb, args, id: own } = parsed.value;
  if (own !== id) return refuse('wrong_id', `is "${own}", but the topic says "${id}"`);
  const offer = offers.find(({ operation }) => operation.name === verb && operation.askedBy.broker);
  if (offer === undefined) return refuse('unsupported', `this agent does not carry out "${verb}"`);
  const local = localArgumentIn(offer, args);
  return local === null ? { offer, args } : refuse('invalid', `args.${local}: not over MQTT`);
}

/** An argument that has its place at the device alone; to switch it off is to leave it out. */
function localArgumentIn({ operation }: Offer, args: Command['args']): string | null {
  const isAsked = (key: string): boolean => args[key] !== undefined && args[key] !== false;
  return Object.keys(operation.args).find((key) => operation.args[key]?.isLocal && isAsked(key)) ?? null;
}

function refuse(code: string, message: string): CommandAnswer {
  return { status: 'refused', code, message };
}
