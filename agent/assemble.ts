// Puts the agent together from its edges. The service and the simulation both use this and nothing else, so
// that what is tested is what runs.
// Tested in test/agent/whole/deployment-loop.test.ts.

import { Tasks } from '../lib/failures/tasks.ts';
import type { Logger } from '../lib/program/logger.ts';
import { VERSION } from '../lib/program/version.ts';
import type { Clock, Random } from '../lib/time/clock.ts';
import { formatTopic } from '../protocol/topics.ts';
import { wellFormedJson } from '../protocol/values/text.ts';
import { Diagnosis } from './diagnosis/diagnosis.ts';
import { FactReader } from './diagnosis/fact-reader.ts';
import { SeenKeeper } from './diagnosis/seen-keeper.ts';
import { HomeAssistant } from './doors/home-assistant/home-assistant.ts';
import { CommandIntake } from './doors/mqtt/command-intake.ts';
import { Intake } from './doors/mqtt/intake.ts';
import type { Check } from './health/check.ts';
import { HealthTracker } from './health/health-tracker.ts';
import { DocumentIntake } from './intake/document-intake.ts';
import { EnginePresence } from './loop/engine-presence.ts';
import { Progress } from './loop/progress.ts';
import { StallWatch } from './loop/stall-watch.ts';
import { Supervisor } from './loop/supervisor.ts';
import { newAgentState, watchShown } from './notices/agent-state.ts';
import { HeldReplies } from './notices/held-replies.ts';
import { Notices } from './notices/notices.ts';
import { offerApply } from './operations/apply.ts';
import { offerCheck } from './operations/check.ts';
import { offerEvents } from './operations/events.ts';
import { offerFix } from './operations/fix.ts';
import { offerLogs } from './operations/logs.ts';
import type { Offers } from './operations/offer.ts';
import { offerPause } from './operations/pause.ts';
import { offerPlan } from './operations/plan.ts';
import { offerReport } from './operations/report.ts';
import { offerRestart } from './operations/restart.ts';
import { offerResume } from './operations/resume.ts';
import { offerRetry } from './operations/retry.ts';
import { offerStatus } from './operations/status.ts';
import { offerSwitch } from './operations/switch.ts';
import { offerWhy } from './operations/why.ts';
import { Planner } from './planning/planner.ts';
import type { Checks } from './ports/checks.ts';
import type { Engine } from './ports/engine.ts';
import type { Folders } from './ports/folders.ts';
import type { Host } from './ports/host.ts';
import type { ImageSizes } from './ports/image-sizes.ts';
import type { KeptLogs } from './ports/kept-logs.ts';
import type { Line, LineHandlers } from './ports/line.ts';
import type { BeatReader, ServiceFiles } from './ports/service-files.ts';
import type { EventJournal, Store } from './ports/store.ts';
import { ClockWatch } from './report/clock-watch.ts';
import { MemoryWatch } from './report/memory-watch.ts';
import { Reporter } from './report/reporter.ts';
import { Sampler } from './report/sampler.ts';
import { UsageMeter } from './report/usage-meter.ts';
import { engineSupplier } from './supply/engine-supplier.ts';
import { ImageCollector } from './supply/image-collector.ts';
import { ImagePuller } from './supply/image-puller.ts';
import { NotedPulls } from './supply/noted-pulls.ts';

export interface Edges {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly journal: EventJournal;
  readonly engine: Engine;
  readonly files: ServiceFiles;
  readonly folders: Folders;
  readonly keptLogs: KeptLogs;
  readonly host: Host;
  readonly check: Check;
  readonly checks: Checks;
  readonly sizes: ImageSizes;
  readonly readBeat: BeatReader;
  /** Makes it; it is begun with `start`. */
  readonly openLine: (handlers: LineHandlers) => Line;
}

export interface AgentOptions {
  readonly device: string;
  /** As `host_name` of the local status. */
  readonly otherHostName: string | null;
  readonly groups: readonly string[];
  readonly topicPrefix: string;
  /** For people; without credentials. */
  readonly brokerUrl: string;
  readonly dataDir: string;
  readonly stateIntervalMs: number;
  /** How often a sample of what the device uses is taken; 0 for never. */
  readonly sampleIntervalMs: number;
  /** How long an image stays that the agent pulled and nobody needs, in milliseconds that it runs. */
  readonly imageGraceMs: number;
  /** What a pull must leave free on the engine's disk. */
  readonly imageReserveBytes: number;
  /** Under which topic prefix Home Assistant is told of the device; `null`: it is not. */
  readonly homeAssistant: { readonly prefix: string } | null;
  /** The longest that the reporting loop may wait, so that `onProgress` comes often enough. */
  readonly maxWaitMs: number;
  readonly loggerFor: (room: string) => Logger;
  /** The loops turn. */
  readonly onProgress: () => void;
  /** Something failed that nothing was prepared for: the agent should end and be started anew. */
  readonly onFatal: (error: unknown) => void;
}

export interface Agent {
  /** What can be asked of it. */
  readonly operations: Offers;
  /** Calls back, from now on, when what `status` or `why` tell has changed. `hear` must not throw. */
  watch(hear: () => void): void;
  /** Starts what is known from the store first, then connects. */
  start(): Promise<void>;
  /** Stops the agent; the services go on running. */
  stop(): Promise<void>;
}

export function assembleAgent(edges: Edges, options: AgentOptions): Agent {
  const { clock, random, store, journal, engine, files, folders, keptLogs, host, check, readBeat } = edges;
  const { device, groups, topicPrefix, loggerFor, onFatal } = options;
  const startedAt = clock.wallTime().toISOString();
  const { architecture, bootId } = host.readFacts();
  const tasks = new Tasks(onFatal);
  const state = newAgentState();
  const notices = new Notices(onFatal);
  const presence = new EnginePresence(engine, {
    ...{ tasks, logger: loggerFor('engine') },
    state: state.engine,
  });

  const clockWatch = new ClockWatch({ clock, host, state: state.clock });
  const held = new HeldReplies();
  const reporter = new Reporter({
    held,
    ...{ store, clock, host, device, groups, topicPrefix, bootId, state, notices },
    agentVersion: VERSION,
    stateIntervalMs: options.stateIntervalMs,
    maxWaitMs: options.maxWaitMs,
  });
  const broker = { status: () => line.status() };
  const keeper = new SeenKeeper(clock, store);
  const diagnosis = new Diagnosis({
    ...{ clock, keeper },
    facts: new FactReader({
      ...{ clock, host, store, journal, state, broker, reporter },
      seen: keeper.seen,
      ...options,
    }),
    state: state.findings,
  });
  const sampler = new Sampler({
    ...{ clock, host, notices, statuses: state.statuses },
    intervalMs: options.sampleIntervalMs,
  });
  const supplier = engineSupplier(engine, architecture);
  const pulls = new NotedPulls({ supplier, engine, notes: store, onFatal });
  const space = { reserveBytes: options.imageReserveBytes, host, engine: state.engine };
  const puller = new ImagePuller({
    engine,
    supplier: pulls,
    clock,
    random,
    logger: loggerFor('images'),
    architecture,
    tasks,
    space,
    line: state.line,
    notices,
  });
  const stalls = new StallWatch(clock, loggerFor('loop'));
  const { lastStallMs } = stalls;
  const health = new HealthTracker({ clock, random, check, readBeat, tasks, lastStallMs, notices });
  const memory = new MemoryWatch({ clock, host, statuses: state.statuses });
  const supervisor = new Supervisor({
    ...{
      engine,
      files,
      folders,
      keptLogs,
      store,
      clock,
      host,
      random,
      puller,
      health,
      memory,
      reporter,
      device,
      groups,
      lastStallMs,
      notices,
      onFatal,
    },
    logger: loggerFor('loop'),
    presence,
  });
  const progress = new Progress({
    ...{ store, looks: [clockWatch, diagnosis, memory], loops: supervisor },
    onProgress: options.onProgress,
  });
  const collector = new ImageCollector({
    ...{ engine, store, pulls, clock, notices, graceMs: options.imageGraceMs },
    logger: loggerFor('images'),
  });
  const documents = new DocumentIntake({
    ...{ store, loops: supervisor, reports: reporter },
    logger: loggerFor('intake'),
  });
  const planner = new Planner({
    ...{ store, journal, engine, folders, host, clock, puller, device, groups, architecture, space },
    sizes: edges.sizes,
  });
  const restart = offerRestart({ supervisor, state, notices });
  const resume = offerResume({ supervisor, state });
  const operations: Offers = {
    status: offerStatus({
      identity: { ...options, startedAt, agentVersion: VERSION },
      ...{ broker, state, reporter, host },
      meter: new UsageMeter({ clock, host, statuses: state.statuses }),
    }),
    why: offerWhy(diagnosis),
    check: offerCheck({ checks: edges.checks, broker, diagnosis }),
    fix: offerFix({ diagnosis, supervisor, puller, notices, operations: { restart, resume } }),
    logs: offerLogs({ engine, state, store, keptLogs, clock }),
    events: offerEvents({ journal, clock }),
    plan: offerPlan({ planner }),
    restart,
    pause: offerPause({ supervisor, state }),
    resume,
    retry: offerRetry({ supervisor, puller, state }),
    apply: offerApply({ documents, store, clock, notices, groups }),
    switch: offerSwitch({ supervisor, statuses: state.statuses, notices }),
    report: offerReport(reporter),
  };
  const commands = new CommandIntake({
    store,
    logger: loggerFor('commands'),
    notices,
    offers: Object.values(operations),
    held,
    publishPart: (reply) => {
      const topic = formatTopic(topicPrefix, { kind: 'reply', device, id: reply.id });
      const publish = state.line.value?.publish(topic, wellFormedJson(reply), { retain: false });
      return publish ?? Promise.resolve(false);
    },
    onFatal,
  });
  const homeAssistant = new HomeAssistant({
    ...{ device, topicPrefix, agentVersion: VERSION, state, store, offers: operations, clock, onFatal },
    place: options.homeAssistant && { ...options.homeAssistant, device },
    logger: loggerFor('home-assistant'),
  });
  const intake = new Intake({
    ...{ store, clock, device, groups, topicPrefix },
    logger: loggerFor('intake'),
    next: { commands, documents, reports: reporter, homeAssistant },
  });
  const line = edges.openLine({
    onConnected: () => state.line.set(line),
    onDisconnected: () => state.line.set(null),
    onMessage: (message) => intake.receive(message),
  });

  const ending = new AbortController();
  let reporting = Promise.resolve();
  return {
    operations,
    watch: (hear) => watchShown(state, hear),
    async start() {
      await presence.ask();
      commands.answerInterrupted();
      supervisor.start();
      reporting = reporter.run(ending.signal, progress).catch(onFatal);
      reporter.addEvents([{ type: 'agent_started', version: VERSION, boot_id: bootId }]);
      for (const worker of [stalls, collector, sampler, homeAssistant]) tasks.run(worker.run(ending.signal));
      line.start();
    },
    async stop() {
      ending.abort();
      // First: what is asked of those that end would be answered as begun.
      const commandsEnded = commands.close();
      pulls.close();
      puller.close();
      health.close();
      await supervisor.close();
      await commandsEnded;
      await reporting;
      await line.close();
    },
  };
}
