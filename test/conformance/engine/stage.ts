// A scene with what most behaviours begin with: services of one document, carried out step by step.
import { test } from 'vitest';
import { StepApplier } from '../../../agent/loop/step-applier.ts';
import { type InstanceSpec, instancesOf } from '../../../agent/model/instance.ts';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import { sharedName } from '../../../agent/model/resources.ts';
import type { Step, StepOutcome } from '../../../agent/model/steps.ts';
import { isInFolder } from '../../../protocol/values/folder-path.ts';
import { desiredOf } from '../../fakes/desired.ts';
import { createNetwork } from '../../fakes/resources.ts';
import { letPass, until } from '../until.ts';
import type { EngineScene, OpenScene, Program } from './scene.ts';

/** Keys of a service as a document writes them. */
export interface Keys {
  readonly volumes?: readonly { readonly source: string }[];
  readonly [key: string]: unknown;
}

/** One container and what it was made from. */
export interface Made {
  readonly spec: InstanceSpec;
  readonly container: string;
}

/** Keys of what is the deployment's own, and not others' or the engine's. */
export function own(facts: ReadonlyMap<string, unknown>): string[] {
  return [...facts.keys()].filter((key) => sharedName(key) === null);
}

type Done = StepOutcome & { readonly ok: true };

/** More than any of these programs takes to stop. */
const PATIENCE_MS = 30_000;

export class Stage<Scene extends EngineScene = EngineScene> {
  readonly scene: Scene;
  #names = 0;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  /** The service `app`, and others after it where there are any. */
  specs(services: Readonly<Record<string, Keys>>): readonly InstanceSpec[] {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const volumes = mounts.filter(({ source }) => !isInFolder(source));
    const { services: specs } = desiredOf({
      ...{ schema: 'holdfast.deployment/1', name: this.scene.deployment, revision: 1, state: 'present' },
      networks: { other: {}, web: { shared: `${this.scene.deployment}-proxy` } },
      volumes: Object.fromEntries(volumes.map(({ source }) => [source, {}])),
      services,
    });
    return instancesOf(specs);
  }

  spec(program: Program, keys: Keys = {}): InstanceSpec {
    const [spec] = this.specs({ app: { ...this.scene.service(program), ...keys } });
    if (spec === undefined) throw new Error('unreachable: one was written');
    return spec;
  }

  carryOut(step: Step): Promise<StepOutcome> {
    return new StepApplier(this.scene).apply(this.scene.deployment, step);
  }

  /** Fails where the engine refuses. */
  async done(step: Step): Promise<Done> {
    const outcome = await this.carryOut(step);
    if (!outcome.ok) throw new Error(`${step.kind}: ${outcome.code}: ${outcome.message}`);
    return outcome;
  }

  network(network = 'default'): Promise<Done> {
    return this.done(createNetwork(network));
  }

  /** On the network `default`, which it makes. */
  async create(program: Program, keys: Keys = {}): Promise<Made> {
    await this.network();
    return this.createOf(this.spec(program, keys));
  }

  /** Under a name that no other container has, unless told otherwise. */
  async createOf(
    spec: InstanceSpec,
    { name = this.newName(), peers = {} }: { name?: string; peers?: Readonly<Record<string, string>> } = {},
  ): Promise<Made> {
    const { container } = await this.done({ kind: 'create_container', spec, name, peers });
    if (container === undefined) throw new Error('a creation tells its container');
    return { spec, container };
  }

  newName(): string {
    this.#names += 1;
    return `${this.scene.deployment}-${this.#names}`;
  }

  async run(program: Program, keys: Keys = {}): Promise<Made> {
    const made = await this.create(program, keys);
    await this.start(made);
    return made;
  }

  start(made: Made): Promise<Done> {
    return this.done({ kind: 'start_container', ...made });
  }

  stop({ container, spec }: Made): Promise<Done> {
    return this.done({ kind: 'stop_container', ...spec.instance, container, graceMs: PATIENCE_MS });
  }

  restart(made: Made): Promise<StepOutcome> {
    return this.carryOut({ kind: 'restart_container', ...made, graceMs: PATIENCE_MS });
  }

  remove({ container, spec }: Made): Promise<Done> {
    return this.done({ kind: 'remove_container', ...spec.instance, container });
  }

  observe() {
    return this.scene.engine.observe(this.scene.deployment);
  }

  /** `null` when it is not there. */
  async find({ container }: Made): Promise<ObservedContainer | null> {
    const { containers } = await this.observe();
    return containers.find(({ id }) => id === container) ?? null;
  }

  async see(made: Made): Promise<ObservedContainer> {
    const seen = await this.find(made);
    if (seen === null) throw new Error('the container is not there');
    return seen;
  }

  untilSeen(made: Made, isIt: (seen: ObservedContainer) => boolean): Promise<ObservedContainer> {
    return until(this.scene.clock, () => this.see(made), isIt);
  }

  /** For programs that handle signals: until they do. */
  async untilStarted({ container, spec }: Made): Promise<void> {
    const reading = { kind: 'read_last_logs', ...spec.instance, container } as const;
    await until(
      this.scene.clock,
      () => this.done(reading),
      ({ output }) => output?.some(({ text }) => text === 'started') === true,
    );
  }

  letPass(ms: number): Promise<void> {
    return letPass(this.scene.clock, ms);
  }
}

/** Declares a behaviour as a test of its own on a scene of its own. */
export type Declare<Scene extends EngineScene> = (
  title: string,
  play: (stage: Stage<Scene>) => Promise<void>,
) => void;

/** Behaviours run side by side, as none knows of another's scene, unless they share what they disturb. */
export function declareOn<Scene extends EngineScene>(
  open: OpenScene<Scene>,
  { isShared = false } = {},
): Declare<Scene> {
  const declare = isShared ? test : test.concurrent;
  return (title, play) =>
    declare(title, async () => {
      const scene = await open();
      try {
        await play(new Stage(scene));
      } finally {
        await scene.close();
      }
    });
}
