// For whom folders are made: the user that the service names, else the image's; and that the engine comes after the host.
import { expect, test } from 'vitest';
import { StepApplier } from '../../../agent/loop/step-applier.ts';
import { instancesOf } from '../../../agent/model/instance.ts';
import type { ServiceFolder } from '../../../agent/model/service-folder.ts';
import type { StepOutcome } from '../../../agent/model/steps.ts';
import type { EngineStep, ImageProcessLook } from '../../../agent/ports/engine.ts';
import type { FilesReady, HostMount } from '../../../agent/ports/service-files.ts';
import { Daemon } from '../../fakes/engine/daemon.ts';
import { MemoryEngine } from '../../fakes/memory-engine.ts';
import { MemoryFolders } from '../../fakes/memory-folders.ts';
import { NO_FILES } from '../../fakes/no-files.ts';
import { fork } from '../../fakes/random.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { present } from '../reconcile/situations.ts';

const OWN: HostMount = { source: '/own', target: '/own', isReadOnly: true };
const FOLDER: HostMount = { source: '/folder', target: '/data', isReadOnly: false };
const BIND = { volumes: [{ type: 'bind', source: './data', target: '/data' }] };
const FULL = { ok: false, code: 'no_space', message: 'full' } as const;

/** An engine that takes each step, and says at once whom an image runs as. */
class Willing extends MemoryEngine {
  look: ImageProcessLook = { ok: true, process: { User: 'app', Cmd: ['serve'] } };
  readonly taken: EngineStep[] = [];

  override imageProcess(): Promise<ImageProcessLook> {
    return Promise.resolve(this.look);
  }

  override carryOut(_deployment: string, step: EngineStep): Promise<StepOutcome> {
    this.taken.push(step);
    return Promise.resolve({ ok: true });
  }
}

class Noting extends MemoryFolders {
  outcome: FilesReady = { ok: true, mounts: [FOLDER] };
  readonly users: string[] = [];

  override make(_deployment: string, _folders: readonly ServiceFolder[], user: string): Promise<FilesReady> {
    this.users.push(user);
    return Promise.resolve(this.outcome);
  }
}

function edges() {
  const engine = new Willing(new Daemon({ clock: new VirtualClock(), random: fork(1, 'engine') }));
  const files = { ...NO_FILES, prepare: () => Promise.resolve<FilesReady>({ ok: true, mounts: [OWN] }) };
  return { engine, files, folders: new Noting() };
}

function specOf(service: object) {
  const [spec] = instancesOf(present(1, { web: service }).document.services);
  if (spec === undefined) throw new Error('unreachable: one service was written');
  return spec;
}

const create = (service: object) =>
  ({ kind: 'create_container', spec: specOf(service), name: 'line-web-1', peers: {} }) as const;

test('a service that binds nothing of the folder makes nothing, and finds its files', async () => {
  const around = edges();
  const bind = { volumes: [{ type: 'bind', source: '/srv', target: '/data' }] };
  expect(await new StepApplier(around).apply('line', create(bind))).toEqual({ ok: true });
  expect(around.folders.users).toEqual([]);
  expect(around.engine.taken).toMatchObject([{ kind: 'create_container', mounts: [OWN] }]);
});

test.for([
  ['what the service says', { user: '1000:44' }, '1000:44'],
  ["else the image's", {}, 'app'],
] as const)('the user is %s', async ([, service, user]) => {
  const around = edges();
  await new StepApplier(around).apply('line', create({ ...BIND, ...service }));
  expect(around.folders.users).toEqual([user]);
  expect(around.engine.taken).toMatchObject([{ mounts: [OWN, FOLDER] }]);
});

test('what was seen of the image goes with the step, and nothing where nobody looked', async () => {
  const around = edges();
  const applier = new StepApplier(around);
  await applier.apply('line', create(BIND));
  await applier.apply('line', create({ ...BIND, user: '1000' }));
  const seen = around.engine.taken.map((step) => step.kind === 'create_container' && step.process);
  expect(seen).toEqual([{ User: 'app', Cmd: ['serve'] }, null]);
});

test('for an image that is not there folders are made as for root', async () => {
  const around = edges();
  around.engine.look = { ok: true, process: null };
  await new StepApplier(around).apply('line', create(BIND));
  expect(around.folders.users).toEqual(['']);
});

test('an image that cannot be asked is the outcome', async () => {
  const around = edges();
  around.engine.look = { ok: false, code: 'engine_error', message: 'no' };
  expect(await new StepApplier(around).apply('line', create(BIND))).toEqual(around.engine.look);
  expect(around.engine.taken).toEqual([]);
});

test.for(['create', 'start', 'restart'] as const)(
  'a folder that cannot be made keeps the engine from the %s',
  async (verb) => {
    const around = edges();
    around.folders.outcome = FULL;
    const spec = specOf({ ...BIND, user: '0' });
    const ref = { spec, container: 'c' };
    const steps = {
      create: create({ ...BIND, user: '0' }),
      start: { kind: 'start_container', ...ref },
      restart: { kind: 'restart_container', ...ref, graceMs: 0 },
    } as const;
    expect(await new StepApplier(around).apply('line', steps[verb])).toEqual(FULL);
    expect(around.engine.taken).toEqual([]);
  },
);

test('a folder is removed on the host, and the engine is not asked', async () => {
  const around = edges();
  around.folders.made.add('line/./data');
  const step = { kind: 'remove_folder', folder: './data' } as const;
  expect(await new StepApplier(around).apply('line', step)).toEqual({ ok: true });
  expect(around.folders.made.size).toBe(0);
  expect(around.engine.taken).toEqual([]);
});
