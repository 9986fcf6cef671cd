// The images of a document from the archive beside it, before the agent is given the document.
// Tested in test/agent/cli/apply-verb.test.ts.
import path from 'node:path';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT, type ExitCode } from '../../lib/program/exit-codes.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { printable } from '../../protocol/values/text.ts';
import { EngineUnavailable } from '../ports/engine.ts';
import type { BringFailure, Brought } from '../sideload/bring-images.ts';
import { defaultConfigPath } from './config-path.ts';
import type { CliContext } from './context.ts';
import type { FileDocument } from './read-document.ts';
import type { Option, Typed } from './verb.ts';

export const IMAGES_OPTION: Option = {
  name: 'images',
  value: 'PATH',
  summary:
    'an image archive or OCI layout; else images.tar, images.tar.gz, images.tgz or images/ beside FILE',
};

/** What was loaded; nothing where there is no archive, or all images are here. Throws `CommandFailure`. */
export async function loadImages(
  document: FileDocument,
  typed: Typed,
  context: CliContext,
): Promise<readonly string[]> {
  // Loaded here and not above: the other verbs stay quick without the engine.
  const { findArchive } = await import('../sideload/find-archive.ts');
  const cwd = context.files?.cwd ?? process.cwd();
  const { images } = typed.values;
  const [file = '-'] = typed.positionals;
  const archive = images === undefined ? findArchive(file, cwd) : path.resolve(cwd, images);
  if (archive === null) return [];
  const brought = await bring(archive, { document, typed, context });
  if (brought.ok) return brought.loaded;
  const { code, message, hint } = brought;
  throw new CommandFailure({ ...{ code, message, hint }, exitCode: EXIT_OF[code] });
}

const EXIT_OF: Readonly<Record<BringFailure, ExitCode>> = {
  archive_invalid: EXIT.usage,
  image_not_in_archive: EXIT.usage,
  no_matching_platform: EXIT.usage,
  no_space: EXIT.badNews,
  load_failed: EXIT.badNews,
};

interface Situation {
  readonly document: FileDocument;
  readonly typed: Typed;
  readonly context: CliContext;
}

async function bring(archive: string, { document, typed, context }: Situation): Promise<Brought> {
  const { findPlaces } = await import('../bystander/places.ts');
  const { ArchiveEngine } = await import('../docker/archive-engine.ts');
  const { bringImages } = await import('../sideload/bring-images.ts');
  const { wantedImages } = await import('../sideload/wanted-images.ts');
  const { engineSocket, imageReserveBytes } = findPlaces(
    typed.values.config ?? defaultConfigPath(context.environment),
  );
  try {
    return await bringImages(wantedImages(document), {
      ...{ engine: new ArchiveEngine(engineSocket), archive, reserveBytes: imageReserveBytes },
      signal: context.signal,
      onLoad: (count, bytes) => tellLoad(context, { archive, count, bytes }),
    });
  } catch (error) {
    throw explain(error, context.signal);
  }
}

function tellLoad(
  { err }: CliContext,
  { archive, count, bytes }: { archive: string; count: number; bytes: number },
): void {
  const what = count === 1 ? 'an image' : `${count} images`;
  err.write(`${printable(`Loading ${what} (${formatBytes(bytes)}) from ${archive} …`)}\n`);
}

function explain(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted)
    return new CommandFailure({ code: 'interrupted', exitCode: EXIT.interrupted, message: 'Interrupted.' });
  if (!(error instanceof EngineUnavailable)) return error;
  const { code, message, hint } = error;
  const mayNot = systemErrorCode(error.cause) === 'EACCES';
  return new CommandFailure({
    ...{ code, message, cause: error, exitCode: EXIT.unreachable },
    hint: mayNot ? 'to load images it is used by the command itself: use sudo' : hint,
  });
}
