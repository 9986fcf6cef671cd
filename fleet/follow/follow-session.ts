// From before the publish to the last verdict: who is asked is found, and heard, before anything is sent.
import { type Addressee, formatTopic } from '../../protocol/topics.ts';
import type { Broker } from '../broker/connection.ts';
import { awaitRetained } from '../broker/retained.ts';
import { type Expectation, expectDevices } from '../devices/expect-devices.ts';
import { FleetView } from '../devices/fleet-view.ts';
import type { Goal } from '../devices/judge-status.ts';
import type { Publication } from '../document/plan-publication.ts';
import type { Host } from '../host.ts';
import { createDisplay } from './display.ts';
import { followRevision, type Verdicts } from './follow-revision.ts';

export interface FollowSession {
  follow(options: { host: Host; isJson: boolean; timeoutMs: number }): Promise<Outcome>;
}

export interface Outcome {
  readonly goal: Goal;
  readonly to: Addressee;
  readonly expectations: readonly Expectation[];
  readonly verdicts: Verdicts;
  /** What was last heard of each. */
  readonly view: FleetView;
  readonly elapsedMs: number;
}

interface Preparation {
  readonly broker: Broker;
  readonly prefix: string;
  readonly to: Addressee;
  readonly publication: Publication;
}

/** Subscribes and takes stock; nothing that a device says from now on is missed. */
export async function prepareFollow({
  broker,
  prefix,
  to,
  publication,
}: Preparation): Promise<FollowSession> {
  const { document, revision, hash, isUnchanged } = publication;
  const goal: Goal = { name: document.name, revision, hash, state: document.state };
  const view = new FleetView(prefix);
  broker.onMessage((message) => view.accept(message));
  await awaitRetained(broker, followFilters(prefix, to, goal.name));
  const expectations = expectDevices(view, to, document);
  // Of a document that is published already, an old refusal is the answer.
  const oldRefusals = isUnchanged ? new Map<string, string>() : refusalsOf(view, goal.name);
  return {
    follow: async ({ host, isJson, timeoutMs }) => {
      const startedMs = host.monotonicMs();
      const display = createDisplay(host, isJson);
      for (const { device, note } of expectations) if (note !== null) display.print(`${device}: ${note}`);
      try {
        const verdicts = await followRevision({
          broker,
          view,
          goal,
          expectations,
          oldRefusals,
          timeoutMs,
          display,
        });
        return { goal, to, expectations, verdicts, view, elapsedMs: host.monotonicMs() - startedMs };
      } finally {
        display.close();
      }
    },
  };
}

function followFilters(prefix: string, to: Addressee, name: string): string[][] {
  if (to.kind === 'group') {
    const kinds = ['presence', 'state', `status/${name}`];
    return kinds.map((kind) => [`${prefix}/devices/+/${kind}`]);
  }
  const { device } = to;
  return [
    [
      formatTopic(prefix, { kind: 'presence', device }),
      formatTopic(prefix, { kind: 'state', device }),
      formatTopic(prefix, { kind: 'status', device, name }),
    ],
  ];
}

function refusalsOf(view: FleetView, name: string): Map<string, string> {
  return new Map(
    view.devices().flatMap(({ device, statuses }): [string, string][] => {
      const refused = statuses.get(name)?.refused ?? null;
      return refused === null ? [] : [[device, refused.at]];
    }),
  );
}
