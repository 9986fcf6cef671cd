// What a document for one device means for the document of its group, in words.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import type { Deployment } from '../../../protocol/deployment/deployment.ts';
import { type Addressee, formatTopic } from '../../../protocol/topics.ts';
import type { Stock } from './take-stock.ts';

/** A document for one device or group. */
interface Own {
  readonly prefix: string;
  readonly to: Addressee;
  readonly name: string;
}

/** The group whose document the device would follow if it had none of its own; `null` for none. */
export function groupBehind(
  { view, documents }: Pick<Stock, 'view' | 'documents'>,
  { prefix, to, name }: Own,
): string | null {
  if (to.kind === 'group') return null;
  const { state, statuses } = view.deviceOf(to.device);
  const group = state?.groups.find((one) =>
    documents.has(formatTopic(prefix, { kind: 'deployment', to: { kind: 'group', group: one }, name })),
  );
  if (group !== undefined) return `groups/${group}`;
  // A broker may have lost the document, and the device follows it all the same.
  const source = statuses.get(name)?.source ?? '';
  return source.startsWith('groups/') ? source : null;
}

/** Told of a document that is published for one device; `null` where there is nothing to tell. */
export function describeOverride(
  to: Addressee,
  { name, state }: Pick<Deployment, 'name' | 'state'>,
  group: string | null,
): string | null {
  if (to.kind === 'group') return null;
  const { device } = to;
  if (state === 'inherit') {
    return group === null
      ? `no group of ${device} has a document for ${name}: what runs there is kept`
      : `${device} goes back to the document of ${group}`;
  }
  if (group === null) return null;
  const end = `holdfastctl remove ${name} --to devices/${device} --inherit`;
  return `from now on ${device} follows its own document and not ${group}; end that with: ${end}`;
}
