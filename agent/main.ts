// The composition root: reads the configuration, opens the edges, starts the agent, waits for the signal,
// closes in reverse. It builds everything and decides nothing.
// Tested in test/integration/agent/headline.test.ts.
import { dirname } from 'node:path';
import pino, { type Logger } from 'pino';
import { readSecret } from '../lib/program/read-secret.ts';
import { VERSION } from '../lib/program/version.ts';
import { systemClock as clock } from '../lib/time/system-clock.ts';
import { escapeUnprintable } from '../protocol/values/text.ts';
import { type Agent, assembleAgent, type Edges } from './assemble.ts';
import { allChecks } from './checks/all-checks.ts';
import type { Config } from './config/config.ts';
import { readConfig } from './config/read-config.ts';
import { DockerEngine } from './docker/docker-engine.ts';
import type { CredentialsFor } from './docker/pull.ts';
import { openPage, type Page } from './doors/page/page.ts';
import { startLocalServer } from './doors/socket/server.ts';
import { isUnderJournald, readSystemdEnvironment } from './environment.ts';
import { checkProbe } from './health/check.ts';
import { installFilter } from './home-assistant/topics.ts';
import { readCgroupLimits } from './host/cgroup-limits.ts';
import { HostFiles } from './host/host-files.ts';
import { HostFolders } from './host/host-folders.ts';
import { HostServiceFiles } from './host/host-service-files.ts';
import { LinuxHost } from './host/linux-host.ts';
import { writePythonHook } from './host/python-hook.ts';
import { ServiceDirectories } from './host/service-directories.ts';
import { BrokerLine } from './line/broker-line.ts';
import { ExampleLine, isExampleHost } from './line/example-line.ts';
import { LINE_OPTIONS, withPriority } from './log-lines.ts';
import { Metrics } from './metrics/metrics.ts';
import { imageSizes } from './registry/image-sizes.ts';
import { KeptLogFiles } from './store/kept-log-files.ts';
import { openStore, readKeptDevice } from './store/open-store.ts';
import type { SqliteStore } from './store/sqlite-store.ts';
import { createNotifier } from './systemd/notify.ts';
import { ProgressWatchdog } from './systemd/watchdog.ts';

const MAX_WAIT_MS = 15_000;

export interface RunAgentOptions {
  readonly configPath: string;
  /** Aborted to stop the agent; the services go on running. */
  readonly signal: AbortSignal;
}

/**
 * Runs the agent until `signal` aborts or it fails for good; resolves with an exit code. Throws
 * `ConfigError` on a bad configuration and `LocalSocketError` when another agent has the socket.
 */
export async function runAgent({ configPath, signal }: RunAgentOptions): Promise<number> {
  const config = readConfig({ argvConfigPath: configPath, readKeptDevice });
  const logger = openLog(config);
  const failure = new AbortController();
  const onFatal = (error: unknown): void => {
    logger.fatal({ err: error }, 'agent failed');
    failure.abort();
  };
  const onFailure = (err: Error): void => logger.warn({ err }, 'systemd not notified');
  const notifier = createNotifier({ env: readSystemdEnvironment(), pid: process.pid, onFailure });
  const watchdog = new ProgressWatchdog({ clock, notifier, intervalMs: notifier.watchdogIntervalMs });
  const store = openStore(config.dataDir, { outboxBytes: config.report.outboxBytes });
  if (store.recovery !== null)
    logger.error({ room: 'store', ...store.recovery }, 'what was stored had to be recovered');
  keepIdentity(store, config, logger);
  const edges = openEdges(config, store, logger);
  const checks = allChecks({
    ...{ config, clock, engine: edges.engine, watchdogMs: notifier.watchdogIntervalMs },
    ...{ files: new HostFiles('/'), architecture: edges.host.readFacts().architecture },
    readClock: () => edges.host.readClock(),
    checkStore: () => store.findDamage(),
  });
  const agent = assembleAgent(
    { ...edges, checks },
    {
      device: config.device,
      otherHostName: otherHostName(config),
      groups: config.groups,
      topicPrefix: config.broker.topicPrefix,
      brokerUrl: config.broker.url,
      dataDir: config.dataDir,
      stateIntervalMs: config.report.intervalMs,
      sampleIntervalMs: config.report.sampleIntervalMs,
      imageGraceMs: config.images.graceMs,
      imageReserveBytes: config.images.reserveBytes,
      homeAssistant: config.homeAssistant,
      maxWaitMs: Math.min(MAX_WAIT_MS, watchdog.intervalMs ?? MAX_WAIT_MS),
      loggerFor: (room) => logger.child({ room }),
      onProgress: () => watchdog.noteProgress(),
      onFatal,
    },
  );
  const log = logger.child({ room: 'local' });
  const offers = Object.values(agent.operations);
  const server = await startLocalServer({ socketPath: config.local.socket, log, offers });
  const page = openPageOf(agent, config, { store, log: logger.child({ room: 'page' }) });

  await agent.start();
  notifier.ready();
  logger.info({ version: VERSION, config: config.file, groups: config.groups }, 'agent started');
  await Promise.race([whenAborted(signal), whenAborted(failure.signal)]);

  notifier.stopping();
  await page?.close();
  await server.close();
  await agent.stop();
  store.close();
  logger.info({}, 'agent stopped');
  await notifier.settled();
  return failure.signal.aborted ? 1 : 0;
}

/** `null` where the configuration wants none. */
function openPageOf(
  { operations, watch }: Agent,
  { local, hostName }: Config,
  { store, log }: { readonly store: SqliteStore; readonly log: Logger },
): Page | null {
  const { http: address, httpTokenFile: tokenFile } = local;
  if (address === null) return null;
  return openPage({
    ...{ address, hostName, tokenFile, clock, log, watch, offers: operations },
    operations: Object.values(operations).map(({ operation }) => operation),
    metrics: new Metrics(store.journal),
  });
}

/** Tells in the journal what changed since the last start, and at each start that the host has another name. */
function keepIdentity(store: SqliteStore, config: Config, logger: Logger): void {
  const { device, hostName, broker } = config;
  const now = {
    device,
    topicPrefix: broker.topicPrefix,
    hostName: config.isDeviceConfigured ? null : hostName,
  };
  for (const event of store.keepIdentity(now, clock.wallTime().toISOString()))
    logger.warn({ room: 'store', ...event }, event.type.replaceAll('_', ' '));
  if (otherHostName(config) === null) return;
  const hint = `it keeps its id; to change it, set device = "…" in ${config.file}`;
  logger.warn({ host_name: hostName, hint }, 'the host has another name than the device');
}

/** The host name, where the device keeps an id that it was once given by another; else `null`. */
function otherHostName({ device, hostName, isDeviceConfigured }: Config): string | null {
  return isDeviceConfigured || hostName === device ? null : hostName;
}

/** Synchronous, so that the last line before a crash is written too. */
function openLog(config: Config): Logger {
  const destination = pino.destination({ fd: process.stdout.fd, sync: true });
  const isJournal = isUnderJournald();
  const write = (line: string): void => {
    // What services and registries wrote is quoted in messages, and people read the log on a terminal.
    const safe = escapeUnprintable(line);
    destination.write(isJournal ? withPriority(safe) : safe);
  };
  return pino({ ...LINE_OPTIONS, level: config.log.level, base: { device: config.device } }, { write });
}

function openEdges(config: Config, store: SqliteStore, logger: Logger) {
  const random = Math.random;
  const files = new HostFiles('/');
  const host = new LinuxHost({ dataDir: config.dataDir, clock });
  const { bootId } = host.readFacts();
  const runtimeDir = dirname(config.local.socket);
  const directories = new ServiceDirectories({ dataDir: config.dataDir, runtimeDir });
  const serviceFiles = new HostServiceFiles(directories, logger.child({ room: 'files' }));
  const { device, groups, broker, homeAssistant } = config;
  const credentialsFor = credentialsFrom(config, logger);
  const engine = new DockerEngine({
    socketPath: config.engine.socket,
    credentialsFor,
    readLimits: (pid, container) => readCgroupLimits(files, pid, container),
    pythonHook: writePythonHook(config.dataDir, logger.child({ room: 'files' })),
  });
  return {
    clock,
    random,
    store,
    journal: store.journal,
    host,
    engine,
    sizes: imageSizes({ engine, credentialsFor }),
    files: serviceFiles,
    folders: new HostFolders(directories),
    keptLogs: new KeptLogFiles(config.dataDir),
    check: checkProbe,
    readBeat: serviceFiles.readBeat,
    openLine: (handlers) => {
      const room = logger.child({ room: 'broker' });
      if (isExampleHost(broker.host)) return openExampleLine(config, room);
      return new BrokerLine({
        config: broker,
        device,
        groups,
        alsoHears: homeAssistant === null ? [] : [installFilter({ ...homeAssistant, device })],
        bootId,
        clock,
        random,
        logger: room,
        handlers,
      });
    },
  } satisfies Omit<Edges, 'checks'>;
}

function openExampleLine({ file }: Config, logger: Logger): ExampleLine {
  const line = new ExampleLine(file, clock.wallTime().toISOString());
  logger.warn({ code: 'not_configured' }, line.status().trouble?.message ?? '');
  return line;
}

/** A registry's credentials go to that registry only. */
function credentialsFrom(config: Config, logger: Logger): CredentialsFor {
  return (hostName) => {
    const registry = config.registries[hostName];
    if (registry === undefined) return null;
    const password = readSecret(registry.passwordFile);
    if (password.ok) return { username: registry.username, password: password.value };
    logger.warn({ registry: hostName, err: password.message }, 'registry credentials unreadable');
    return null;
  };
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
