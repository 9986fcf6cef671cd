// The demo: a broker, an agent, a Python service published, updated, and an update that takes itself back.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import type { LocalStatus } from '../protocol/operations/status.ts';
import { describeNext, environmentOf, keepLogs, type Stage, type Tag } from './demo-stage.ts';
import { RigError } from './rig/exec.ts';
import { acceptsConnections, freePort } from './rig/port.ts';
import { createProgress } from './rig/progress.ts';
import { ensureRig } from './rig/rig.ts';

const root = path.resolve(import.meta.dirname, '..');
const dir = path.join(root, '.demo');
const pidFile = path.join(dir, 'pids.json');
const socket = path.join(dir, 'api.sock');
const shownSocket = path.relative(root, socket);
const execFileAsync = promisify(execFile);
const tsx = path.join(root, 'node_modules/tsx/dist/loader.mjs');
const { values } = parseArgs({
  options: { keep: { type: 'boolean' }, stop: { type: 'boolean' }, help: { type: 'boolean' } },
});

/** Processes outlive this one only with `--keep`; they are ended by their ids, and only if they still are ours. */
function startProcess(args: readonly string[], log: string): void {
  const out = openSync(path.join(dir, log), 'a');
  const child = spawn(process.execPath, ['--import', tsx, ...args], {
    cwd: root,
    detached: true,
    stdio: ['ignore', out, out],
  });
  child.unref();
  if (child.pid === undefined) throw new RigError(`could not start ${args[0]}`);
  writeFileSync(pidFile, JSON.stringify([...startedPids(), child.pid]));
}

function startedPids(): number[] {
  return existsSync(pidFile) ? JSON.parse(readFileSync(pidFile, 'utf8')) : [];
}

/** By where it runs, as the agent gives itself another title. */
function isOurs(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === root;
  } catch {
    return false;
  }
}

async function stopProcesses(): Promise<void> {
  for (const pid of startedPids().reverse()) {
    if (!isOurs(pid)) continue;
    process.kill(pid, 'SIGTERM');
    await until(`process ${pid} to end`, () => !isOurs(pid));
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new RigError(`waited 30 s in vain for ${what}`);
}

function say(text: string): void {
  const [bold, plain] = process.stdout.isTTY ? ['\u001b[1m', '\u001b[0m'] : ['', ''];
  process.stdout.write(`\n${bold}# ${text}${plain}\n`);
}

/** Set off by Ctrl-C: what runs ends, nothing new begins, and the clean-up follows. */
const interruption = new AbortController();

class Interrupted extends Error {}

/** Shows a command as a person would type it, and runs it; its exit code. */
async function show(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = interruption.signal,
): Promise<number> {
  if (signal?.aborted) throw new Interrupted();
  const shown = Object.entries(env).map(([key, value]) => `${key}=${value} `);
  process.stdout.write(`$ ${shown.join('')}npx ${command.join(' ')}\n`);
  const [name, ...args] = command;
  const file = path.join(root, name === 'holdfast' ? 'agent/bin/holdfast' : 'fleet/bin/holdfastctl');
  const child = spawn(file, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const onAbort = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', onAbort);
  const [code]: (number | null)[] = await once(child, 'exit');
  signal?.removeEventListener('abort', onAbort);
  if (signal?.aborted) throw new Interrupted();
  return code ?? 1;
}

async function startBroker(): Promise<string> {
  if (process.env.HOLDFAST_BROKER) return process.env.HOLDFAST_BROKER;
  return startOwnBroker(await freePort(1883));
}

async function startOwnBroker(port: number): Promise<string> {
  startProcess(['scripts/demo-broker.ts', String(port)], 'broker.log');
  await until('the broker', () => acceptsConnections(port));
  return `mqtt://127.0.0.1:${port}`;
}

async function startAgent({ rig, brokerUrl, pagePort }: Stage): Promise<void> {
  const config = path.join(dir, 'holdfast.toml');
  const lines = [
    'device = "demo"',
    `data_dir = ${JSON.stringify(path.join(dir, 'data'))}`,
    '[broker]',
    `url = ${JSON.stringify(brokerUrl)}`,
    '[engine]',
    `socket = ${JSON.stringify(rig.engine.socketPath)}`,
    '[local]',
    `socket = ${JSON.stringify(socket)}`,
    `http = "127.0.0.1:${pagePort}"`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  startProcess(['agent/cli/main.ts', 'agent', '--config', config], 'agent.log');
  await until('the agent', agentAnswers);
  await untilOnline(brokerUrl);
}

/** A deployment for a device that the broker does not know yet would be taken for a typing error. */
async function untilOnline(brokerUrl: string): Promise<void> {
  const client = await connectAsync(brokerUrl, {}, false).catch((cause: Error) => {
    throw new RigError(`the broker cannot be reached: ${cause.message}`, {
      hint: 'correct HOLDFAST_BROKER; or unset it, and the demo starts a broker of its own',
      cause,
    });
  });
  try {
    let isOnline = false;
    client.on('message', () => {
      isOnline = true;
    });
    await client.subscribeAsync('holdfast/v1/devices/demo/presence', { qos: 1 });
    await until('the agent to connect to the broker', () => isOnline);
  } finally {
    await client.endAsync();
  }
}

function deploy(stage: Stage, tag: Tag): Promise<number> {
  const command = ['deploy', 'examples/hello/compose.yaml', '--to', 'devices/demo', '--wait'] as const;
  return show(['holdfastctl', ...command], environmentOf(stage, tag));
}

async function ask({ httpPort }: Stage): Promise<string> {
  const url = `http://127.0.0.1:${httpPort}/`;
  const text = (await (await fetch(url)).text()).trim();
  process.stdout.write(`$ curl ${url}\n${text}\n`);
  return text;
}

async function showsPage({ pagePort }: Stage): Promise<boolean> {
  const url = `http://127.0.0.1:${pagePort}/`;
  process.stdout.write(`The same as a page: ${url}\n`);
  return (await fetch(url)).ok;
}

function expect(isSo: boolean, what: string): void {
  if (!isSo) throw new RigError(`the demo expected that ${what}`);
}

async function perform(stage: Stage): Promise<void> {
  say('Publish a deployment, and follow it until the device says that it is healthy');
  expect((await deploy(stage, 'hello:1.0.0')) === 0, 'version 1.0.0 converges');
  say('What the technician at the device sees');
  expect((await show(['holdfast', 'status', '--socket', shownSocket])) === 0, 'the status is good');
  expect(await showsPage(stage), 'the status page answers');
  say('The Python service answers');
  expect((await ask(stage)).includes('1.0.0'), 'version 1.0.0 answers');
  say('An update: the new image is pulled and verified before the old container stops');
  expect((await deploy(stage, 'hello:1.1.0')) === 0, 'version 1.1.0 converges');
  expect((await ask(stage)).includes('1.1.0'), 'version 1.1.0 answers');
  say('A broken update: its health check fails, so the device takes it back by itself');
  expect((await deploy(stage, 'hello:broken')) === 1, 'the broken version is rolled back');
  expect((await ask(stage)).includes('1.1.0'), 'version 1.1.0 answers again');
  await show(['holdfast', 'status', '--socket', shownSocket]);
}

/** The socket of one that was killed is still there. */
function agentAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const tried = connect(socket, () => {
      tried.destroy();
      resolve(true);
    });
    tried.once('error', () => resolve(false));
  });
}

/** Its containers are known to the agent alone: others may run an agent on the same engine. */
async function bringAgentBack(stage: Stage): Promise<void> {
  if (await agentAnswers()) return;
  say('The agent does not run: it is started again, so that it removes what it made');
  const port = Number(new URL(stage.brokerUrl).port);
  if (stage.isOwnBroker && !(await acceptsConnections(port))) await startOwnBroker(port);
  await startAgent(stage);
}

/** What is on the device: also what a person tried after `--keep`. */
async function deployed(): Promise<string[]> {
  const { stdout } = await execFileAsync(
    path.join(root, 'agent/bin/holdfast'),
    ['status', '--json', '--socket', socket],
    { cwd: root },
  ).catch((error: { stdout: string }) => error);
  const { deployments }: LocalStatus = JSON.parse(stdout);
  return deployments.filter(({ phase }) => phase !== 'removed').map(({ deployment }) => deployment);
}

/** Of a demo that failed the logs stay, until the next one. */
async function clear(stage: Stage, { hasFailed }: { readonly hasFailed: boolean }): Promise<void> {
  const env = { HOLDFAST_BROKER: stage.brokerUrl };
  // With no agent there is nobody to remove anything, and so nothing to wait for.
  if (await agentAnswers()) {
    const to = ['--to', 'devices/demo', '--wait', '--timeout', '60s'] as const;
    for (const name of await deployed()) await show(['holdfastctl', 'remove', name, ...to], env, null);
  }
  await stopProcesses();
  if (!hasFailed) return rmSync(dir, { recursive: true, force: true });
  const logs = keepLogs(dir).map((log) => path.relative(root, log));
  process.stdout.write(`\nThe logs are kept: ${logs.join(', ')}\n`);
}

async function stop(stage: Stage): Promise<void> {
  await bringAgentBack(stage);
  await clear(stage, { hasFailed: false });
}

function tellWhatNext(stage: Stage): void {
  say(
    values.keep
      ? 'Everything is still running. Try next:'
      : 'To try more yourself, run scripts/demo --keep, and then:',
  );
  process.stdout.write(describeNext(stage, shownSocket));
}

/** What `--keep` left, so that `--stop` finds it. */
const stageFile = path.join(dir, 'stage.json');

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(
      'scripts/demo          shows the main job and cleans up\nscripts/demo --keep   leaves it running\nscripts/demo --stop   ends what --keep left\n',
    );
    return;
  }
  if (values.stop) {
    if (existsSync(stageFile)) await stop(JSON.parse(readFileSync(stageFile, 'utf8')));
    return;
  }
  if (startedPids().some(isOurs))
    throw new RigError('a demo is running already', { hint: 'end it with scripts/demo --stop' });
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { mode: 0o700 });
  say('Setting up: engine, registry and sample images (found again next time)');
  const rig = await ensureRig(createProgress());
  const stage: Stage = {
    rig,
    brokerUrl: await startBroker(),
    isOwnBroker: !process.env.HOLDFAST_BROKER,
    httpPort: await freePort(8080),
    pagePort: await freePort(8477),
  };
  writeFileSync(stageFile, JSON.stringify(stage));
  const onInterrupt = (): void => interruption.abort();
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  let isDone = false;
  try {
    await startAgent(stage);
    await perform(stage);
    tellWhatNext(stage);
    isDone = true;
  } finally {
    if (!values.keep || !isDone) {
      say(interruption.signal.aborted ? 'Interrupted: cleaning up' : 'Cleaning up');
      await clear(stage, { hasFailed: !isDone && !interruption.signal.aborted });
    }
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof Interrupted) process.exitCode = 130;
  else if (error instanceof RigError) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}
