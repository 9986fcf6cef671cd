// The simulated manager and technician of one device: what they publish, and what they may expect of it.

import { contentOf } from '../../../agent/model/document/revision.ts';
import { chooseDocument } from '../../../agent/reconcile/choose-document.ts';
import type { Random } from '../../../lib/time/clock.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic, parseAddressee } from '../../../protocol/topics.ts';
import { takesPart } from '../../../protocol/values/rollout.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { fork, pick } from '../../fakes/random.ts';
import type { World } from '../../fakes/world.ts';
import type { ActKind } from './acts.ts';
import type { DeploymentPlan } from './deployment-plan.ts';
import {
  absentDocument,
  helperImage,
  inheritDocument,
  type PortLayout,
  presentDocument,
} from './documents.ts';
import { PauseActs } from './pause-acts.ts';
import { drawJobProgram, drawProgram, drawStop, type ImageClass } from './programs.ts';

type Source = DeploymentPlan['sources'][number];

/** Most corrections come sooner; where none can, nothing is left crashing for weeks. */
const FLAKY_MS = 12 * 3_600_000;

const CORRECTED_MS = 30_000;
export const RIGHT_TIME_AT_0 = Date.parse('2026-11-23T00:00:00.000Z');

/** What stands at one topic. */
export interface Standing {
  readonly deployment: string;
  readonly source: Source;
  readonly revision: number;
  readonly image: string | null;
  readonly job: string | null;
  /** How many images its tag had named before the one that it named when this was published. */
  readonly tagsBefore: number;
  readonly imageClass: ImageClass;
  readonly isAbsent: boolean;
  /** A device's own one that has ended: absent where no group has one. */
  readonly inherits: boolean;
  readonly stopGrace: string | null;
  readonly ports: PortLayout;
  readonly isHeld: boolean;
  readonly percent: number | null;
  readonly body: string;
  /** In the world's time. */
  readonly publishedMs: number;
}

/** What an act draws from: what came later draws from numbers of its own. */
interface Draws {
  readonly random: Random;
  readonly jobs: Random;
}

/** What a device is to come to for one deployment. */
export interface Expected {
  readonly standing: Standing;
  readonly hash: string;
  readonly content: string;
  readonly takesPart: boolean;
}

export class Fleet {
  readonly plans: readonly DeploymentPlan[];
  readonly #world: World;
  readonly #has: (trait: string) => boolean;
  readonly #standings = new Map<string, Standing>();
  readonly #classes = new Map<string, ImageClass>();
  #images = 0;
  #commands = 0;
  readonly purgeListeners: ((deployment: string) => void)[] = [];
  readonly pauses: PauseActs;

  /** `has` tells which traits of worlds are drawn. */
  constructor(world: World, plans: readonly DeploymentPlan[], has: (trait: string) => boolean) {
    this.#world = world;
    this.#has = has;
    this.plans = plans;
    this.pauses = new PauseActs(world, (verb, args) => this.#command(verb, args));
    // They bring an init process of their own, and say nothing of it.
    for (const helper of plans.filter(({ hasHelper }) => hasHelper).map(helperImage)) {
      world.registry.push(helper, { process: { Entrypoint: ['/init'] } });
      world.programs.set(helper, programs.onlyAsPid1(programs.healthy));
    }
  }

  /** Every image that was ever asked for. */
  get images(): readonly string[] {
    return [...this.#classes.keys()];
  }

  classOf(image: string): ImageClass {
    return this.#classes.get(image) ?? 'good';
  }

  /** `part` names the numbers that the act draws. */
  carryOut(kind: ActKind, part: string): void {
    const random = fork(this.#world.seed, part);
    const draws = { random, jobs: fork(this.#world.seed, `${part}: jobs`) };
    const plans = kind === 'move_tag' ? this.plans.filter(({ isPulledAnew }) => isPulledAnew) : this.plans;
    const plan = pick(random, plans as [DeploymentPlan, ...DeploymentPlan[]]);
    const source = pick(random, plan.sources as [Source, ...Source[]]);
    const { host } = this.#world;
    const deploy = (imageClass: ImageClass): void => this.#deploy(plan, source, { imageClass, ...draws });
    const acts: Readonly<Record<ActKind, () => void>> = {
      deploy: () => deploy('good'),
      deploy_bad: () => deploy('bad'),
      deploy_flaky: () => deploy('flaky'),
      deploy_missing: () => deploy('missing'),
      hasty: () => {
        for (const imageClass of ['good', pick<ImageClass>(random, ['good', 'bad']), 'good'] as const)
          deploy(imageClass);
      },
      again: () => this.#change(plan, source, {}),
      conflict: () => this.#contradict(plan, source),
      move_tag: () => this.#moveTag(plan, source, random() < 0.7),
      percent: () => this.#change(plan, source, { percent: pick(random, [1, 10, 50, 100]) }),
      withdraw: () => {
        const isPurging = random() < 0.3;
        if (source === 'device' && fork(this.#world.seed, `${part}: inherit`)() < 0.5)
          this.#endOverride(plan);
        else this.#withdraw(plan, source, isPurging);
      },
      invalid: () => this.#publishOnce(plan.name, source, pick(random, ['{"schema": 1}', 'not json', '[]'])),
      clear: () => this.#publishOnce(plan.name, source, ''),
      retry: () => this.retry(plan.name),
      report: () => this.askForReport(),
      hold: () => void host.held.add(plan.name),
      release: () => void host.held.delete(plan.name),
      pause: () => this.pauses.pause(plan.name, part),
      pause_dark: () => this.pauses.pauseAndGoDark(plan.name, part),
      resume: () => this.pauses.resume(plan.name, part),
      restart: () => this.pauses.restart(plan.name),
    };
    acts[kind]();
  }

  /** As a technician or manager does who wants it tried again. */
  retry(deployment: string): void {
    this.#command('retry', { deployment });
  }

  askForReport(): void {
    this.#command('report', {});
  }

  /** Sends a command, twice. */
  #command(verb: 'retry' | 'report' | 'pause' | 'resume', args: object): void {
    this.#commands += 1;
    const id = `c${this.#commands}`;
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'command', device: this.#world.device, id });
    if (!this.#world.broker.isUp) return;
    const payload = JSON.stringify({ schema: 'holdfast.command/1', id, verb, args });
    for (let copy = 0; copy < 2; copy += 1) this.#world.broker.publish(topic, payload);
  }

  /** Publishes all that stands anew, as after a broker that forgot it. */
  publishAll(): void {
    for (const standing of this.#standings.values()) this.#publish(standing);
  }

  /** What an older revision of some topic was, for a broker that serves it again. */
  staleBody(standing: Standing): string {
    const document = JSON.parse(standing.body);
    return JSON.stringify({ ...document, revision: Math.max(1, standing.revision - 1) });
  }

  get standings(): readonly Standing[] {
    return [...this.#standings.values()];
  }

  /** From now on nothing fails any more that once proved itself. */
  mendFlaky(): void {
    for (const image of this.images) if (this.classOf(image) === 'flaky') this.#mend(image);
  }

  expected(deployment: string): Expected | null {
    const { groups, device } = this.#world;
    const own = this.standings.filter((standing) => standing.deployment === deployment);
    const standing = chooseDocument(own, groups, ({ inherits }) => inherits);
    if (standing === null) return null;
    const parsed = parseDeployment(JSON.parse(standing.body));
    if (!parsed.ok) throw new Error(`the manager wrote a bad document: ${standing.body}`);
    const { document, hash } = parsed.value;
    return { standing, hash, content: contentOf(document), takesPart: takesPart(document.rollout, device) };
  }

  #deploy(
    plan: DeploymentPlan,
    source: Source,
    { imageClass, random, jobs }: Draws & { imageClass: ImageClass },
  ): void {
    this.#images += 1;
    const image = `registry.test/${plan.name}-app:${imageClass}-${this.#images}`;
    const isJobToBlame = plan.job !== null && imageClass === 'bad' && jobs() < 0.5;
    const program = drawProgram(imageClass, random, this.#has);
    const stop = drawStop(plan, fork(this.#world.seed, `stop of ${image}`));
    this.#world.programs.set(image, stop.slowed(isJobToBlame ? programs.healthy : program));
    this.#classes.set(image, imageClass);
    const job = this.#jobFor(plan, source, { isBad: isJobToBlame, jobs });
    if (imageClass === 'flaky') this.#world.clock.schedule(FLAKY_MS, () => this.#mend(image));
    if (imageClass !== 'missing') this.#world.registry.push(image);
    const isHeld = random() < 0.2;
    this.#change(plan, source, {
      ...{ image, job, imageClass, isHeld, percent: null, stopGrace: stop.grace },
      ports: drawPorts(plan, fork(this.#world.seed, `ports beside ${image}`)),
      ...{ isAbsent: false, inherits: false },
    });
  }

  /** What it needs is back. */
  #mend(image: string): void {
    this.#world.programs.set(image, programs.healthy);
  }

  /** The image of a revision's job: mostly a new one, else the one before, which need not run again. */
  #jobFor(
    plan: DeploymentPlan,
    source: Source,
    { isBad, jobs }: { isBad: boolean; jobs: Random },
  ): string | null {
    if (plan.job === null) return null;
    const before = this.#standings.get(`${plan.name} ${source}`)?.job ?? null;
    const isKept = jobs() < 0.4 && !isBad;
    if (before !== null && isKept && this.classOf(before) === 'good') return before;
    const job = `registry.test/${plan.name}-job:${this.#images}`;
    this.#world.programs.set(job, drawJobProgram(isBad, plan.job, jobs));
    this.#classes.set(job, isBad ? 'bad' : 'good');
    this.#world.registry.push(job);
    return job;
  }

  /** Where a next revision follows, it pulls what the tag then names; otherwise nothing may come of it. */
  #moveTag(plan: DeploymentPlan, source: Source, isFollowed: boolean): void {
    const image = this.#standings.get(`${plan.name} ${source}`)?.image ?? null;
    if (image === null || this.classOf(image) === 'missing') return;
    this.#world.registry.push(image);
    if (isFollowed) this.#change(plan, source, {});
  }

  #change(plan: DeploymentPlan, source: Source, change: Partial<Standing>): void {
    const before = this.#standings.get(`${plan.name} ${source}`);
    if (before === undefined && change.image === undefined) return;
    const revision = (before?.revision ?? 0) + 1;
    const next = { ...(before ?? EMPTY), ...change, deployment: plan.name, source, revision, body: '' };
    if (next.isAbsent || next.image === null) return;
    const rollout = next.percent === null ? null : { percent: next.percent, salt: plan.name };
    const { image } = next;
    const asked = { ...next, image, issuedAt: this.#now(), rollout };
    const document = presentDocument(plan, asked);
    const tagsBefore = Math.max(0, this.#world.registry.pushedAs(image).length - 1);
    this.#stand({ ...next, tagsBefore, body: JSON.stringify(document) });
  }

  /** A device that has the right one refuses it; one that has not would take it for the right one. */
  #contradict(plan: DeploymentPlan, source: Source): void {
    const { store, clock } = this.#world;
    const standing = this.#standings.get(`${plan.name} ${source}`);
    const accepted = store?.acceptedRevisions(plan.name).find((document) => document.source === source);
    if (standing === undefined || accepted?.revision !== standing.revision) return;
    const body = { ...JSON.parse(standing.body), issued_at: this.#now() };
    this.#publishOnce(plan.name, source, JSON.stringify(body));
    clock.schedule(CORRECTED_MS, () => {
      if (this.#standings.get(`${plan.name} ${source}`) === standing) this.#publish(standing);
    });
  }

  /** By the manager's clock, which is right. */
  #now(): string {
    return new Date(RIGHT_TIME_AT_0 + this.#world.clock.monotonicMs()).toISOString();
  }

  #withdraw(plan: DeploymentPlan, source: Source, isPurging: boolean): void {
    const before = this.#standings.get(`${plan.name} ${source}`);
    if (before === undefined) return;
    const revision = before.revision + 1;
    if (isPurging) for (const listen of this.purgeListeners) listen(plan.name);
    const body = JSON.stringify(absentDocument(plan, revision, isPurging));
    this.#stand({ ...before, revision, isAbsent: true, inherits: false, body });
  }

  #endOverride(plan: DeploymentPlan): void {
    const before = this.#standings.get(`${plan.name} device`);
    if (before === undefined) return;
    const revision = before.revision + 1;
    const body = JSON.stringify(inheritDocument(plan, revision));
    this.#stand({ ...before, revision, isAbsent: true, inherits: true, percent: null, body });
  }

  #stand(stood: Omit<Standing, 'publishedMs'>): void {
    const standing = { ...stood, publishedMs: this.#world.clock.monotonicMs() };
    this.#standings.set(`${standing.deployment} ${standing.source}`, standing);
    this.#publish(standing);
  }

  #publish({ deployment, source, body }: Standing): void {
    this.#publishOnce(deployment, source, body);
  }

  /** With the broker away it is not published: the manager does so once it is back. */
  #publishOnce(name: string, source: Source, payload: string): void {
    const to = parseAddressee(source === 'device' ? `devices/${this.#world.device}` : source);
    if (to === null || !this.#world.broker.isUp) return;
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'deployment', to, name });
    this.#world.broker.publish(topic, payload, { retain: true });
  }
}

function drawPorts({ doesPortMove, hasHelper, isHelperJoined }: DeploymentPlan, random: Random): PortLayout {
  const canMove = doesPortMove && hasHelper && !isHelperJoined;
  return canMove ? pick(random, ['app', 'helper', 'both', 'swapped']) : 'app';
}

const EMPTY = {
  image: null,
  job: null,
  stopGrace: null,
  ports: 'app' as const,
  tagsBefore: 0,
  imageClass: 'good' as const,
  isAbsent: false,
  inherits: false,
  isHeld: false,
  percent: null,
};
