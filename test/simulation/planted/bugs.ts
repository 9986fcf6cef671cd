// Bugs that are planted into a copy of the agent, one at a time, to see that the promises catch them: a simulation
// that finds nothing proves nothing. scripts/plant-bugs applies them.

interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Must occur there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The promises that it breaks, by their names: another one that fails has not found it. */
  readonly promises: readonly string[];
  /** The number of runs, from seed 1 on, in which it must be found. */
  readonly within: number;
}

const STORE_PROMISES = ['3 accepted documents survive', '3 what waits in the outbox survives'];

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'skip a sync',
    edits: [
      {
        file: 'agent/store/prepare-database.ts',
        find: "'synchronous = EXTRA'",
        replace: "'synchronous = OFF'",
      },
    ],
    promises: [...STORE_PROMISES, '3 status numbers never go back', '5 barred content is not tried'],
    within: 60,
  },
  {
    name: 'acknowledge before storing',
    edits: [
      {
        file: 'agent/assemble.ts',
        find: 'onMessage: (message) => intake.receive(message),',
        replace:
          'onMessage: (message) => void clock.sleep(300, ending.signal).then(() => intake.receive(message)).catch(onFatal),',
      },
    ],
    promises: ['3 accepted documents survive'],
    within: 60,
  },
  {
    name: 'forget the barred hash on restart',
    edits: [
      {
        file: 'agent/model/resume-record.ts',
        find: 'barred: record.barred.map((entry) => resumeBarred(entry, nowMs)),',
        replace: 'barred: record.barred.map((entry) => resumeBarred(entry, nowMs)).slice(0, 0),',
      },
    ],
    promises: ['5 barred content is not tried'],
    within: 60,
  },
  {
    name: 'bar a content with its date',
    edits: [
      {
        file: 'agent/model/document/revision.ts',
        find: 'const { revision: _revision, issued_at: _issuedAt, rollout: _rollout, ...rest } = document;',
        replace: 'const { revision: _revision, rollout: _rollout, ...rest } = document;',
      },
    ],
    promises: ['5 barred content is not tried'],
    within: 60,
  },
  {
    name: 'accept another document of the same revision',
    edits: [
      {
        file: 'agent/intake/judge-document.ts',
        find: "if (hash === accepted.hash) return { kind: 'known' };",
        replace:
          "if (hash === accepted.hash) return { kind: 'known' };\n  if (document.issued_at !== undefined) return { kind: 'accepted', deployment: parsed.value, body: JSON.stringify(json.value) };",
      },
    ],
    promises: ['3 a revision is one content'],
    within: 60,
  },
  {
    name: 'compare by inspect',
    edits: [
      {
        file: 'agent/reconcile/running/select-container.ts',
        find: '(spec.settings.memoryBytes === 0 && settings.memoryBytes > 0) ||',
        replace: 'spec.settings.memoryBytes !== settings.memoryBytes ||',
      },
    ],
    promises: ['12 everything is bounded', '1 no needless restart', '6 start-first: never fewer than before'],
    within: 60,
  },
  {
    name: 'remove the old container too early',
    edits: [
      {
        file: 'agent/reconcile/update/switching.ts',
        find: '(container) => !isUp(container) && !isOfProven(facts, container)',
        replace: '(container) => !isUp(container)',
      },
    ],
    promises: ['5 the old stays until the new is proven'],
    within: 10,
  },
  {
    name: 'count one healthy probe as proof',
    edits: [
      {
        file: 'agent/reconcile/update/proof.ts',
        find: 'return lasted(service.verdict.evidence, view.document.update.healthyAfterMs);',
        replace: 'return service.verdict.evidence !== null;',
      },
    ],
    promises: ['5 proven is what ran for healthy_after'],
    within: 10,
  },
  {
    name: 'reset the back-off at a restart',
    edits: [
      {
        file: 'agent/model/resume-record.ts',
        find: 'retryAtMs: history.retryAtMs === null ? null : nowMs + history.delayMs,',
        replace: 'retryAtMs: null,',
      },
    ],
    promises: ['11 a wait outlives the agent'],
    within: 60,
  },
  {
    name: 'use wall time for the deadline',
    edits: [
      {
        file: 'agent/reconcile/update/switching.ts',
        find: 'stopping, inTheWay, nowMs: facts.nowMs }',
        replace: 'stopping, inTheWay, nowMs: Date.parse(facts.wallTime) }',
      },
      {
        file: 'agent/model/resume-record.ts',
        find: 'pulledAtMs: nowMs, clockFromMs: null, resumes }',
        replace: 'pulledAtMs: nowMs, resumes }',
      },
      {
        file: 'agent/reconcile/update/switching.ts',
        find: '...{ view, obstacle: held, nowMs: facts.nowMs },',
        replace: '...{ view, obstacle: held, nowMs: Date.parse(facts.wallTime) },',
      },
    ],
    promises: ['5 the deadline counts from the end of the pull', '5 the deadline ends the wait'],
    within: 100,
  },
  {
    name: 'let the deadline pass',
    edits: [
      {
        file: 'agent/reconcile/update/proof.ts',
        find: "view.document, nowMs) > 0) return 'undecided';",
        replace: "view.document, nowMs) > -6 * 3_600_000) return 'undecided';",
      },
    ],
    promises: ['5 the deadline ends the wait'],
    within: 100,
  },
  {
    name: 'drop the oldest event, not the least important',
    edits: [
      {
        file: 'agent/store/event-rows.ts',
        find: 'const importance = importanceOf(event);',
        replace: 'const importance = importanceOf(event) && IMPORTANCE.sample;',
      },
    ],
    promises: ['3 samples are lost before anything else'],
    within: 100,
  },
  {
    name: 'adopt a container by its name, not its label',
    edits: [
      {
        file: 'agent/reconcile/running/select-container.ts',
        find: '!isMadeFor(container, spec) || isTooTight',
        replace: 'container.service !== spec.name || isTooTight',
      },
    ],
    promises: ['4 no switch before the images are there', 'everything comes to its end'],
    within: 10,
  },
  {
    name: 'ignore an error inside the pull stream',
    edits: [
      {
        file: 'agent/supply/image-pull.ts',
        find: 'if (!outcome.ok) return this.#cutFor ?? outcome;',
        replace: 'if (outcome.ok || !signal.aborted) return { ok: true };',
      },
      {
        file: 'agent/supply/image-puller.ts',
        find: 'if (want.freshFor !== null) {',
        replace: 'if (key !== "") {',
      },
      {
        file: 'agent/supply/image-puller.ts',
        find: 'const look = isMet ? await lookFor(want, this.#options) : null;',
        replace:
          'const isPulled = this.#refreshed.has(key) || this.#refreshed.has(wantKey({ ...want, freshFor: null }));\n    const look = isPulled ? { kind: "here" as const, id: "pulled" } : isMet ? await lookFor(want, this.#options) : null;',
      },
    ],
    promises: ['4 no switch before the images are there'],
    within: 60,
  },
  {
    name: 'treat an empty retained payload as a removal',
    edits: [
      {
        file: 'agent/doors/mqtt/intake.ts',
        find: 'if (payload.byteLength === 0) {',
        replace:
          'if (payload.byteLength === 0) {\n      const absent = { schema: "holdfast.deployment/1", name, revision: 1_000_000, state: "absent" };\n      return this.#receiveDocument(arrival, Buffer.from(JSON.stringify(absent)));\n    }\n    if (payload.byteLength === 0) {',
      },
    ],
    promises: ['everything comes to its end', '7 bad input is answered'],
    within: 60,
  },
  {
    name: 'start-first: stop the old before the new is healthy',
    edits: [
      {
        file: 'agent/reconcile/update/switching.ts',
        find: 'isUp(container) && (isStopFirst || !isOfProven(facts, container)),',
        replace: 'isUp(container) && (isStopFirst || container.id !== ""),',
      },
    ],
    promises: ['6 start-first: never fewer than before'],
    within: 20,
  },
  {
    name: 'stop-first: start the new beside the old',
    edits: [
      {
        file: 'agent/reconcile/running/places.ts',
        find: 'if (keyOf(other) === keyOf(instance)) return true;',
        replace: 'if (keyOf(other) === keyOf(instance)) return false;',
      },
    ],
    promises: ['6 stop-first: one instance at most'],
    within: 20,
  },
  {
    name: 'acknowledge events before the broker does',
    edits: [
      {
        file: 'agent/report/delivery.ts',
        find: "if (!(await this.#send({ kind: 'events', device }, batch, false))) return FAILED_PAUSE_MS;\n    this.#events.acknowledge(batch);",
        replace:
          "this.#events.acknowledge(batch);\n    if (!(await this.#send({ kind: 'events', device }, batch, false))) return FAILED_PAUSE_MS;",
      },
    ],
    promises: ['3 every event told or marked as lost', '3 what waits in the outbox survives'],
    within: 60,
  },
  {
    name: 'use the number of a status twice',
    edits: [
      {
        file: 'agent/store/status-rows.ts',
        find: "writeCounter(this.#db, 'status_seq', this.#seqEnd + STATUS_SEQ_BLOCK)",
        replace: "writeCounter(this.#db, 'status_seq', this.#seqEnd)",
      },
    ],
    promises: ['3 status numbers never go back'],
    within: 20,
  },
  {
    name: 'forget what waits in the outbox at a restart',
    edits: [
      {
        file: 'agent/store/event-rows.ts',
        find: 'this.#bytes = readBytes(db, this.#acknowledgedSeq);',
        replace: "db.run('DELETE FROM events');\n    this.#bytes = readBytes(db, this.#acknowledgedSeq);",
      },
    ],
    promises: ['3 what waits in the outbox survives'],
    within: 60,
  },
  {
    name: 'remove the volumes with their deployment',
    edits: [
      {
        file: 'agent/reconcile/removal.ts',
        find: "const purge = desired.document.state === 'absent' ? desired.document.purge : [];",
        replace: 'const purge = desired.document.state === "absent" ? [...observed.volumes.keys()] : [];',
      },
    ],
    promises: ['8 no volume goes unless told by name'],
    within: 60,
  },
  {
    name: 'remove the folder with its deployment',
    edits: [
      {
        file: 'agent/reconcile/removal.ts',
        find: 'const folders = [...new Set(document.purge.filter(isInFolder))];',
        replace: "const folders = isInFolder('') ? [] : ['./'];",
      },
    ],
    promises: ['8 no folder goes unless told by name'],
    within: 60,
  },
  {
    name: 'leave it to the engine to start what has exited',
    edits: [
      {
        file: 'agent/reconcile/running/advance.ts',
        find: "return afterExit(spec.lifecycle, container.exitCode, container.engineRestarts) === 'restart';",
        replace: 'return false;',
      },
    ],
    promises: ['2 boots with no network', 'everything comes to its end'],
    within: 20,
  },
  {
    name: 'remove what runs when an override ends',
    edits: [
      {
        file: 'agent/reconcile/decide.ts',
        find: "if (desired.document.state === 'inherit') return sitOut(facts, record, NOTHING_TO_INHERIT);",
        replace: "if (desired.document.state === 'inherit') return decideRemoval(facts, record);",
      },
    ],
    promises: ['everything comes to its end', '5 barred content is not tried'],
    within: 60,
  },
  {
    name: 'start a job again that has ended well',
    edits: [
      {
        file: 'agent/model/lifecycle.ts',
        find: "return { kind: isJob ? 'once' : 'forever', maxRetries: restart.maxRetries };",
        replace: "return { kind: 'forever', maxRetries: restart.maxRetries };",
      },
    ],
    promises: ['1 a job that is done stays done'],
    within: 60,
  },
  {
    name: 'start what awaits a job with the job',
    edits: [
      {
        file: 'agent/reconcile/running/judge.ts',
        find: "case 'service_completed_successfully':\n      return false;",
        replace:
          "case 'service_completed_successfully':\n      return service.container?.state === 'running';",
      },
    ],
    promises: ['who awaits a job starts after it'],
    within: 20,
  },
  {
    name: 'leave a service in a namespace that has ended',
    edits: [
      {
        file: 'agent/reconcile/running/joins.ts',
        find: 'joined?.run === container.startedAt && others.some((other) => joined.hosts[other.id] !== other.startedAt)',
        replace: 'joined?.run === container.startedAt && others.length > 99',
      },
    ],
    promises: ['a service follows the one whose namespaces it has joined'],
    within: 15,
  },
  {
    name: 'pull_policy always: take what is here',
    edits: [
      {
        file: 'agent/reconcile/running/images.ts',
        find: "if (spec.service.pullPolicy !== 'always') return null;",
        replace: 'if (spec.service.pullPolicy !== String()) return null;',
      },
    ],
    promises: ['a revision runs what its tag named'],
    within: 60,
  },
  {
    name: 'pull_policy always: pull at every start of the agent',
    edits: [
      {
        file: 'agent/model/resume-record.ts',
        find: 'attempt: record.attempt === null ? null : resumeAttempt(record.attempt, nowMs),',
        replace:
          'attempt: record.attempt !== null ? resumeAttempt(record.attempt, nowMs) : record.proven === null ? null : { ...record.proven, stage: "pulling", pulledAtMs: null, clockFromMs: null, resumes: 0, brokenBefore: [], failures: {}, verdict: null },',
      },
      {
        file: 'agent/reconcile/decide.ts',
        find: 'if (proven?.hash === desired.hash) return settle(',
        replace: 'if (proven?.hash === desired.hash && record.attempt === null) return settle(',
      },
      {
        file: 'agent/reconcile/running/images.ts',
        find: 'const isSettled = record.proven?.hash === hash;',
        replace: 'const isSettled = record.proven?.hash === hash && record.attempt === null;',
      },
    ],
    promises: ['a moved tag waits for the next revision'],
    within: 60,
  },
  {
    name: 'count a time in which the process stood still',
    edits: [
      {
        file: 'agent/loop/stall-watch.ts',
        find: 'if (stoodMs >= BEAT_MS + LATE_MS) {',
        replace: 'if (stoodMs >= BEAT_MS + LATE_MS && nowMs < 0) {',
      },
    ],
    promises: ['5 proven is what was seen good', '5 what is good is not barred for good'],
    within: 100,
  },
  {
    name: 'believe the labels of a copy',
    edits: [
      {
        file: 'agent/reconcile/running/identity.ts',
        find: 'const ours = containers.filter(({ id }) => known.includes(id));',
        replace: 'const ours = containers.filter(({ id }) => known.includes(id) || id !== null);',
      },
    ],
    promises: ['14 a container that others made is left alone'],
    within: 60,
  },
  {
    name: 'start a service while another has its port',
    edits: [
      {
        file: 'agent/reconcile/running/places.ts',
        find: 'return isPortHeld || service.devices',
        replace: 'return service.devices',
      },
    ],
    promises: ['no service waits in vain for a port of its own deployment'],
    within: 100,
  },
  {
    name: 'ask what hangs again and again',
    edits: [
      {
        file: 'agent/reconcile/running/last-words.ts',
        find: '|| !isUnread(view)) return null;',
        replace: ') return null;',
      },
    ],
    promises: ['threads are asked once, and the stop waits for nothing else'],
    within: 20,
  },
  {
    name: 'call a crash loop well between its crashes',
    edits: [
      {
        file: 'agent/reconcile/running/judge.ts',
        find: "if (isHealthy && isAsAsked && !isInLoop(history)) return 'good';",
        replace: "if (isHealthy && isAsAsked && (!isInLoop(history) || isHealthy)) return 'good';",
      },
    ],
    promises: ['what crashes again and again is told'],
    within: 100,
  },
  {
    name: 'bar a content for good whoever is to blame',
    edits: [
      {
        file: 'agent/reconcile/update/barred.ts',
        find: 'const barred = isOfTheContent(reason.code)',
        replace: 'const barred = isOfTheContent("exited")',
      },
    ],
    promises: ['5 what is good is not barred for good'],
    within: 60,
  },
  {
    name: 'blame the deadline, not what held the update up',
    edits: [
      {
        file: 'agent/reconcile/update/proof.ts',
        find: 'return { view: culprit, reason: obstacle ?? TOO_LATE };',
        replace: 'return { view: culprit, reason: TOO_LATE };',
      },
    ],
    promises: ['16 a verdict tells its cause', '5 what is good is not barred for good'],
    within: 100,
  },
  {
    name: 'answer a pause before it is stored',
    edits: [
      {
        file: 'agent/loop/deployment-loop.ts',
        find: 'this.#keep(withPause(this.#record, kept));',
        replace: 'this.#record = withPause(this.#record, kept);',
      },
    ],
    promises: ['a pause outlives the agent'],
    within: 20,
  },
  {
    name: 'end a pause at a start of the agent',
    edits: [
      {
        file: 'agent/model/pause.ts',
        find: 'leftMs: Math.max(0, pause.leftMs - costsMs), sinceMs: nowMs',
        replace: 'leftMs: Math.min(0, pause.leftMs - costsMs), sinceMs: nowMs',
      },
    ],
    promises: ['a pause outlives the agent'],
    within: 60,
  },
  {
    name: 'repair what is paused',
    edits: [
      {
        file: 'agent/reconcile/pause.ts',
        find: '    steps: [],\n    wants: decided.wants,',
        replace: '    steps: decided.steps,\n    wants: decided.wants,',
      },
    ],
    promises: ['a paused deployment is left alone'],
    within: 60,
  },
  {
    name: 'find a device short of memory that is not',
    edits: [
      {
        file: 'agent/findings/host-rows.ts',
        find: 'const LOW_MEMORY_SHARE = 0.05;',
        replace: 'const LOW_MEMORY_SHARE = 0.95;',
      },
    ],
    promises: ['a healthy device has no finding'],
    within: 5,
  },
  {
    name: 'tell a consequence beside its cause',
    edits: [
      {
        file: 'agent/findings/engine-rows.ts',
        find: "(deployment !== null && code !== REFUSED) || subject.startsWith('registries/'),",
        replace: "deployment !== null && code === REFUSED && subject.startsWith('registries/'),",
      },
    ],
    promises: ['a fault is found, as the cause and nothing else'],
    within: 20,
  },
  {
    name: 'forget between two looks what was seen',
    edits: [
      {
        file: 'agent/findings/memory.ts',
        find: 'const kept = [...before].filter(([, { lastMs }]) => nowMs - lastMs <= GAP_MS);',
        replace: 'const kept = [...before].filter(([, { lastMs }]) => nowMs - lastMs < 0);',
      },
    ],
    promises: ['a fault is found, as the cause and nothing else'],
    within: 10,
  },
  {
    name: 'tell a finding before it has lasted',
    edits: [
      {
        file: 'agent/findings/memory.ts',
        find: 'return lasted.some((ms) => ms >= visibleAfterMs);',
        replace: 'return lasted.some((ms) => ms >= Math.min(visibleAfterMs, 0));',
      },
    ],
    promises: ['no finding is told before its time'],
    within: 10,
  },
];
