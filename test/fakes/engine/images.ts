// Images: what the registry offers, what lies in the engine's store, and the way between.

import { classifyPullError } from '../../../agent/docker/pull-errors.ts';
import type {
  EnginePullOptions,
  ImageFacts,
  ImageLook,
  ImageProcess,
  ImageRemoval,
} from '../../../agent/ports/engine.ts';
import type { PullErrorCode, PullOutcome } from '../../../agent/ports/supplier.ts';
import type { Random } from '../../../lib/time/clock.ts';
import { platformOf } from '../../../protocol/values/platform.ts';
import { between, hexOf } from '../random.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export interface RegistryImage {
  readonly id: string;
  readonly digest: string;
  readonly architectures: readonly string[];
  readonly sizeBytes: number;
  readonly process: ImageProcess;
}

interface CodedFault {
  readonly code: PullErrorCode;
}

export type PullFault = (
  | CodedFault
  /** What the engine says, read by the code that reads it on a device. */
  | { readonly words: string }
) & {
  /** How much of the image comes before it fails, from 0 to 1. */
  readonly afterShare?: number;
};

/** A pull that neither fails nor moves. */
export const STALL = 'stall';

/** A registry, and the line to it. */
export class Registry {
  bytesPerSecond = 20_000_000;
  isReachable = true;
  /** How often each reference was pulled, also in vain. */
  readonly pulls = new Map<string, number>();
  readonly #images = new Map<string, RegistryImage>();
  readonly #pushed = new Map<string, readonly string[]>();
  readonly #faults = new Map<string, (PullFault | typeof STALL)[]>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Offers an image; a second time its tag moves to another one, which starts as the one before unless told. */
  push(
    reference: string,
    options: Partial<Pick<RegistryImage, 'architectures' | 'sizeBytes' | 'process'>> = {},
  ): RegistryImage {
    const image = {
      id: `sha256:${hexOf(this.#random, 64)}`,
      digest: `sha256:${hexOf(this.#random, 64)}`,
      architectures: options.architectures ?? ['amd64', 'arm64'],
      sizeBytes: options.sizeBytes ?? 20_000_000,
      process: options.process ?? this.find(reference)?.process ?? {},
    };
    this.#images.set(reference, image);
    this.#pushed.set(reference, [...this.pushedAs(reference), image.id]);
    return image;
  }

  find(reference: string): RegistryImage | null {
    return this.#images.get(reference) ?? null;
  }

  /** The id of every image that a tag ever named, the newest last. */
  pushedAs(reference: string): readonly string[] {
    return this.#pushed.get(reference) ?? [];
  }

  /** Lets the next pull of `reference` go wrong; several wait in a row. */
  failNext(reference: string, fault: PullFault | typeof STALL): void {
    this.#faults.set(reference, [...(this.#faults.get(reference) ?? []), fault]);
  }

  /** Nothing waits to go wrong any more. */
  forgetFaults(): void {
    this.#faults.clear();
  }

  /** The fault that this pull meets. */
  takeFault(reference: string): PullFault | typeof STALL | null {
    this.pulls.set(reference, (this.pulls.get(reference) ?? 0) + 1);
    if (!this.isReachable) return { code: 'registry_unreachable' };
    const [fault, ...rest] = this.#faults.get(reference) ?? [];
    this.#faults.set(reference, rest);
    return fault ?? null;
  }
}

const PROGRESS_MS = 250;
const EXTRACT_MS = 100;

export interface StoredImage extends ImageFacts {
  readonly digest: string | null;
  readonly sizeBytes: number;
  readonly process: ImageProcess;
}

/** The engine's own store. Survives everything but a removal. */
export class ImageStore {
  /** Nothing more can be written to the engine's disk: no image, and no container. */
  isDiskFull = false;
  /** Ids of images that cannot be read, until they are pulled anew. */
  readonly #damaged = new Set<string>();
  readonly #images = new Map<string, StoredImage>();
  /** Those whose last name moved on to another image, by id. */
  readonly #nameless = new Map<string, StoredImage>();
  readonly #clock: VirtualClock;
  readonly #registry: Registry;
  readonly #random: Random;

  constructor(options: { clock: VirtualClock; registry: Registry; random: Random }) {
    this.#clock = options.clock;
    this.#registry = options.registry;
    this.#random = options.random;
  }

  find(reference: string): StoredImage | null {
    return this.#images.get(reference) ?? null;
  }

  /** As the engine shows it: one that a crash left damaged has a name and cannot be read. */
  look(reference: string): ImageLook {
    const image = this.#images.get(reference);
    if (image === undefined) return { kind: 'missing' };
    if (this.#damaged.has(image.id))
      return { kind: 'unreadable', message: 'readlink overlay2/l: invalid argument' };
    return { kind: 'here', id: image.id, platform: image.platform };
  }

  /** Ids of all images, with a name or without. */
  get ids(): Set<string> {
    return new Set([...[...this.#images.values()].map(({ id }) => id), ...this.#nameless.keys()]);
  }

  /** As `docker load` or an earlier life would have put it there. */
  load(reference: string, architecture: string): void {
    const known = this.#registry.find(reference) ?? this.#registry.push(reference);
    const platform = { architecture, variant: null };
    const { id, digest, sizeBytes, process } = known;
    this.#name(reference, { id, platform, digest, sizeBytes, process });
  }

  /** A crash of the engine leaves what it wrote broken. */
  damage(reference: string): void {
    const image = this.#images.get(reference);
    if (image !== undefined) this.#damaged.add(image.id);
  }

  #name(reference: string, image: StoredImage): void {
    const before = this.#images.get(reference);
    this.#images.set(reference, image);
    this.#nameless.delete(image.id);
    this.#damaged.delete(image.id);
    if (before !== undefined && this.#namesOf(before.id) === 0) this.#nameless.set(before.id, before);
  }

  #namesOf(imageId: string): number {
    return [...this.#images.values()].filter(({ id }) => id === imageId).length;
  }

  /** As the real one over the engine's API, without force: the last name of an image in use stays. */
  removeName(
    { reference, imageId }: { reference: string; imageId: string },
    inUse: ReadonlySet<string>,
  ): ImageRemoval {
    const named = this.#images.get(reference);
    const image = named?.id === imageId ? named : this.#nameless.get(imageId);
    if (image === undefined) return { kind: 'gone' };
    const isLast = this.#namesOf(imageId) <= 1;
    if (isLast && inUse.has(imageId)) return { kind: 'in_use' };
    if (image === named) this.#images.delete(reference);
    else this.#nameless.delete(imageId);
    return { kind: 'removed', bytes: isLast ? image.sizeBytes : null };
  }

  /** What has come of a pull that ends early is thrown away, as the engine does. */
  async pull(reference: string, options: EnginePullOptions): Promise<PullOutcome> {
    const { signal } = options;
    const platform = platformOf(options.platform, options.architecture);
    await this.#clock.sleep(between(this.#random, 20, 80), signal);
    if (signal.aborted) return GIVEN_UP;
    const fault = this.#registry.takeFault(reference);
    const image = this.#registry.find(reference);
    if (fault === STALL) return this.#stall(signal);
    if (fault !== null && (fault.afterShare ?? 0) === 0) return failureOf(fault, reference);
    if (image === null) return failure({ code: 'image_not_found' });
    if (!image.architectures.includes(platform.architecture))
      return failure({ code: 'no_matching_platform' });
    const share = fault?.afterShare ?? 1;
    const isFetched = await this.#fetch(image.sizeBytes, share, options);
    if (!isFetched) return signal.aborted ? GIVEN_UP : failure(UNREACHABLE);
    if (fault !== null) return failureOf(fault, reference);
    await this.#clock.sleep(EXTRACT_MS, signal);
    if (signal.aborted) return GIVEN_UP;
    if (this.isDiskFull) return failure({ code: 'no_space' });
    const { id, digest, sizeBytes, process } = image;
    options.onProgress({ currentBytes: sizeBytes, totalBytes: sizeBytes, unwrittenBytes: 0 });
    this.#name(reference, { id, platform, digest, sizeBytes, process });
    return { ok: true };
  }

  async #stall(signal: AbortSignal): Promise<PullOutcome> {
    while (!signal.aborted) await this.#clock.sleep(60_000, signal);
    return GIVEN_UP;
  }

  /** Whether that share of the bytes came. */
  async #fetch(
    sizeBytes: number,
    share: number,
    { signal, onProgress }: EnginePullOptions,
  ): Promise<boolean> {
    let gotBytes = 0;
    const endBytes = Math.floor(sizeBytes * share);
    while (gotBytes < endBytes) {
      const leftMs = ((endBytes - gotBytes) / this.#registry.bytesPerSecond) * 1000;
      const ms = Math.min(PROGRESS_MS, leftMs);
      await this.#clock.sleep(ms, signal);
      if (signal.aborted || !this.#registry.isReachable) return false;
      gotBytes = Math.min(endBytes, gotBytes + Math.ceil((ms / 1000) * this.#registry.bytesPerSecond));
      onProgress({
        currentBytes: gotBytes,
        totalBytes: sizeBytes,
        unwrittenBytes: 3 * sizeBytes - gotBytes,
      });
    }
    return true;
  }
}

const UNREACHABLE: CodedFault = { code: 'registry_unreachable' };
const GIVEN_UP: PullOutcome = { ok: false, code: 'aborted', message: 'given up' };

function failureOf(fault: PullFault, reference: string): PullOutcome {
  return 'words' in fault ? classifyPullError(fault.words, reference) : failure(fault);
}

function failure({ code }: CodedFault): PullOutcome {
  return { ok: false, code, message: `the fake registry says ${code}` };
}
