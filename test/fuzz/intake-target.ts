// Messages at the intake, over the real store: each is stored, refused or ignored, and what is kept stays bounded.

import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { CommandIntake } from '../../agent/doors/mqtt/command-intake.ts';
import { Intake } from '../../agent/doors/mqtt/intake.ts';
import { newAgentState } from '../../agent/notices/agent-state.ts';
import { HeldReplies } from '../../agent/notices/held-replies.ts';
import { offerReport } from '../../agent/operations/report.ts';
import { offerRetry } from '../../agent/operations/retry.ts';
import { openDatabase } from '../../agent/store/database.ts';
import { openStore } from '../../agent/store/open-store.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { MAX_RETAINED_BYTES, parseJsonPayload } from '../../protocol/payload.ts';
import type { NewEvent } from '../../protocol/reports/events.ts';
import { NAME_PATTERN } from '../../protocol/values/names.ts';
import { deployment } from '../fakes/deployments.ts';
import { documentsInto } from '../fakes/documents.ts';
import { loudNotices } from '../fakes/loud-notices.ts';
import { silent } from '../fakes/silent-logger.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { goodCommand, goodDocument } from './documents.ts';
import { mutatedBytes, mutatedJson, mutatedText } from './mutations.ts';
import { must, mustBeClean, type Subject, target } from './target.ts';

const PREFIX = 'holdfast/v1';
const LINE = 'devices/edge-01/deployments/line';
const TMP = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const name = fc.oneof(
  fc.constantFrom('line', 'other', 'a'),
  fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/),
  fc.constantFrom('..', '.', '', 'UPPER', '__proto__', 'constructor', 'a\0b', 'x'.repeat(300), '%2e%2e'),
);
const goodTopic = fc.oneof(
  name.map((leaf) => `devices/edge-01/deployments/${leaf}`),
  name.map((leaf) => `groups/berlin/deployments/${leaf}`),
  fc.constant(LINE),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/).map((id) => `devices/edge-01/commands/${id}`),
  fc.constantFrom('c1', 'c2').map((id) => `devices/edge-01/commands/${id}`),
);
const topic = fc.oneof(
  { weight: 9, arbitrary: goodTopic },
  { weight: 1, arbitrary: mutatedText(goodTopic, ['/', '//', '+', '#', '..', '\0', 'devices/']) },
);

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ topic, payload: mutatedBytes(mutatedJson(goodDocument)) }) },
  { weight: 1, arbitrary: fc.record({ topic, payload: mutatedBytes(mutatedJson(goodCommand)) }) },
);

/** What the tables may hold at most, with room for what is about to be dropped. */
const MAX_ROWS = { commands: 1000, refusals: 300, accepted: 164 * 2, documents: 164 * 2 };
const MAX_TOLD_BYTES = 20_000;
const MAX_FILE_BYTES = 64 * 1024 * 1024;

export const intakeTarget = target({
  name: 'intake',
  share: 0.3,
  inputs: message,
  open: () => new IntakeSubject(),
});

class IntakeSubject implements Subject<Message> {
  readonly #dir = mkdtempSync(join(TMP, 'holdfast-fuzz-'));
  readonly #store = openStore(this.#dir);
  readonly #intake: Intake;
  /** Of a command that was carried out. */
  #failure: unknown = null;

  constructor() {
    const [store, clock] = [this.#store, new VirtualClock()];
    const notices = loudNotices();
    notices.subscribe('command_answered', () => this.#takeReplies());
    const commands = new CommandIntake({
      held: new HeldReplies(),
      publishPart: async () => false,
      ...{ store, logger: silent, notices },
      offers: [
        offerReport({ reportAll: () => undefined }),
        offerRetry({
          supervisor: {
            pauseOf: () => null,
            retry: (deployment) => store.activeDeployments().includes(deployment),
          },
          puller: { retryNow: () => undefined },
          state: newAgentState(),
        }),
      ],
      onFatal: (error) => {
        this.#failure = error;
      },
    });
    const reports = {
      reportRefusal: (deployment: string) => this.#checkRefusal(deployment),
      addEvents: (events: readonly NewEvent[]) => {
        for (const event of events) this.#takeEvent(event);
      },
    };
    const loops = {
      follow: (deployment: string) => must(NAME_PATTERN.test(deployment), `accepted for ${deployment}`),
    };
    this.#intake = new Intake({
      ...{ store, clock, logger: silent, device: 'edge-01', groups: ['berlin'], topicPrefix: PREFIX },
      next: {
        commands,
        documents: documentsInto(store, { loops, reports }),
        reports,
      },
    });
    this.#receive({ topic: LINE, payload: Buffer.from(JSON.stringify(deployment({ revision: 7 }))) });
  }

  async feed(message: Message): Promise<void> {
    const before = this.#store.acceptedRevisions('line');
    this.#receive(message);
    // Until a command is answered.
    await setImmediate();
    if (this.#failure !== null) throw this.#failure;
    const after = this.#store.acceptedRevisions('line');
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      const revision = revisionOf(message.payload);
      must(revision !== null, 'what was accepted has changed by what is no document for it');
      const was = before.find(({ source }) => message.topic.includes(source.replace('device', 'devices')));
      must(revision > (was?.revision ?? 0), 'what was accepted has changed by an older document');
    }
    mustBeClean();
  }

  /** Looks into the file itself: nobody answers for what it holds. */
  settle(): void {
    this.#store.close();
    const file = join(this.#dir, 'holdfast.db');
    const database = openDatabase(file);
    for (const [table, most] of Object.entries(MAX_ROWS)) {
      const rows = database.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? 0;
      must(rows <= most, `${table} has ${rows} rows`);
    }
    database.close();
    must(statSync(file).size < MAX_FILE_BYTES, `the database has ${statSync(file).size} bytes`);
  }

  close(): void {
    rmSync(this.#dir, { recursive: true });
  }

  #receive({ topic, payload }: Message): void {
    this.#intake.receive({ topic: `${PREFIX}/${topic}`, payload, isRetained: false });
  }

  #checkRefusal(deployment: string): void {
    must(NAME_PATTERN.test(deployment), `refused for ${deployment}`);
    const refusal = this.#store.readRefusal(deployment);
    must(refusal !== null && refusal.code !== '' && refusal.message !== '', 'a refusal says nothing');
    must(JSON.stringify(refusal).length < MAX_TOLD_BYTES, 'a refusal is too long');
  }

  #takeEvent(event: NewEvent): void {
    must(JSON.stringify(event).length < MAX_TOLD_BYTES, 'an event is too long');
    this.#store.appendEvents([event], '2026-11-23T00:00:00.000Z');
  }

  #takeReplies(): void {
    for (const reply of this.#store.pendingReplies()) {
      must(JSON.stringify(reply).length < MAX_TOLD_BYTES, 'a reply is too long');
      this.#store.markReplyDelivered(reply.id);
    }
  }
}

/** The revision of a good document of `line`; `null` when it is none. */
function revisionOf(payload: Uint8Array): number | null {
  const json = parseJsonPayload(payload, MAX_RETAINED_BYTES);
  const parsed = json.ok ? parseDeployment(json.value) : null;
  if (parsed === null || !parsed.ok || parsed.value.document.name !== 'line') return null;
  return parsed.value.document.revision;
}
