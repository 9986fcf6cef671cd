// Images out of an archive to the engine, for a device with no registry in reach. The command does it, with the rights of
// whoever typed it: the agent has no part in it, and finds the images when it looks.
import { statfsSync } from 'node:fs';
import { describeReadError } from '../../lib/failures/system-error.ts';
import { type NamedImage, sizeOf, writeDockerArchive } from '../../lib/oci/docker-archive.ts';
import { findImage, namesIn } from '../../lib/oci/find-image.ts';
import { type ArchiveContents, openArchive, surveyArchive } from '../../lib/oci/image-archive.ts';
import { OciError } from '../../lib/oci/oci-error.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { parseImageReference } from '../../protocol/values/image-reference.ts';
import { formatPlatform, platformOf, servesPlatform } from '../../protocol/values/platform.ts';
import type { ArchiveEngine } from '../docker/archive-engine.ts';
import { loadedName } from '../docker/image-name.ts';
import { fullName, type Wanted } from './wanted-images.ts';

export interface Bringing {
  readonly engine: Pick<ArchiveEngine, 'facts' | 'look' | 'load'>;
  /** A file or a folder. */
  readonly archive: string;
  /** What must stay free on the engine's disk. */
  readonly reserveBytes: number;
  readonly signal: AbortSignal;
  /** Before it begins: it may take minutes. */
  readonly onLoad: (images: number, bytes: number) => void;
}

export type Brought =
  /** References that were loaded; none where all were here already. */
  | { readonly ok: true; readonly loaded: readonly string[] }
  | { readonly ok: false; readonly code: BringFailure; readonly message: string; readonly hint?: string };

export type BringFailure =
  | 'archive_invalid'
  | 'image_not_in_archive'
  | 'no_matching_platform'
  | 'no_space'
  | 'load_failed';

type Failed = Extract<Brought, { ok: false }>;

/** An engine takes the archive to its disk, and unpacks it beside; compressed layers grow to two or three times their size. */
const DISK_PER_BYTE = 4;

/**
 * Loads those that are not here. Nothing is loaded where one of them cannot be: before a byte goes to the engine all is looked
 * for, and a load that ends in the middle is none. Rejects with `EngineUnavailable` alone.
 */
export async function bringImages(wanted: readonly Wanted[], bringing: Bringing): Promise<Brought> {
  const { engine, archive: file, signal, onLoad } = bringing;
  const { architecture, dataRoot } = await engine.facts();
  const missing: Asked[] = [];
  for (const { reference, platform } of wanted) {
    const asked = { reference, platform: platformOf(platform, architecture) };
    const look = await engine.look(reference);
    if (look.kind !== 'here' || !servesPlatform(look.platform, asked.platform)) missing.push(asked);
  }
  if (missing.length === 0) return { ok: true, loaded: [] };
  try {
    const archive = openArchive(file);
    const contents = await surveyArchive(archive, signal);
    const images = findAll(contents, missing);
    if ('ok' in images) return images;
    const bytes = sizeOf(contents.sizes, images);
    const shortage = shortageOf(bytes, dataRoot, bringing);
    if (shortage !== null) return shortage;
    onLoad(images.length, bytes);
    const outcome = await engine.load(writeDockerArchive(archive, images), signal);
    if (!outcome.ok)
      return { ok: false, code: 'load_failed', message: `the engine refuses ${file}: ${outcome.message}` };
    return { ok: true, loaded: missing.map(({ reference }) => reference) };
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    return { ok: false, code: 'archive_invalid', message: `${file} cannot be used: ${describe(error)}` };
  }
}

interface Asked {
  readonly reference: string;
  readonly platform: NonNullable<Wanted['platform']>;
}

function findAll(contents: ArchiveContents, missing: readonly Asked[]): NamedImage[] | Failed {
  const images: NamedImage[] = [];
  for (const { reference, platform } of missing) {
    const digest = parseImageReference(reference)?.digest ?? null;
    const found = findImage(contents, { name: fullName(reference) ?? '', digest, platform }, fullName);
    switch (found.kind) {
      case 'found':
        images.push({ ...found.image, tag: loadedName(reference) });
        break;
      case 'missing':
        return notThere(reference, digest, contents);
      case 'other_platform': {
        const there = found.platforms.join(', ') || 'no platform';
        const message = `${reference} is in the archive for ${there}, and is wanted for ${formatPlatform(platform)}`;
        return { ok: false, code: 'no_matching_platform', message };
      }
    }
  }
  return images;
}

const NAMED = 10;

function notThere(reference: string, digest: string | null, contents: ArchiveContents): Failed {
  const names = namesIn(contents);
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  const holds = names.length === 0 ? 'no image' : `${names.slice(0, NAMED).join(', ')}${more}`;
  const hint =
    digest === null
      ? 'save it under that name; or move the archive away, and the device pulls what it lacks'
      : 'docker save keeps no digest; copy it as an OCI layout: skopeo copy --all docker://… oci:images';
  const message = `the archive has no ${reference}; it has ${holds}`;
  return { ok: false, code: 'image_not_in_archive', message, hint };
}

/** Nothing is refused where nobody can tell, as with an engine on another machine. */
function shortageOf(bytes: number, dataRoot: string, { reserveBytes }: Bringing): Failed | null {
  const freeBytes = freeBytesAt(dataRoot);
  const needed = bytes * DISK_PER_BYTE;
  if (freeBytes === null || needed <= freeBytes - reserveBytes) return null;
  const free = `${formatBytes(freeBytes)} are free in ${dataRoot}`;
  const message = `the images need about ${formatBytes(needed)} beside a reserve of ${formatBytes(reserveBytes)}, and ${free}`;
  return { ok: false, code: 'no_space', message, hint: 'free disk space on the device' };
}

function freeBytesAt(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function describe(error: OciError): string {
  return error.cause === undefined ? error.message : `${error.message} (${describeReadError(error.cause)})`;
}
