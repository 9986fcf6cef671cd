// What the agent wants of the host's file system for the folders of deployments.
import type { ServiceFolder } from '../model/service-folder.ts';
import type { StepOutcome } from '../model/steps.ts';
import type { FilesReady } from './service-files.ts';

export interface Folders {
  /**
   * Makes those directories that are not there, for the user that the service runs as, as an image or a container
   * names it (`''` for root). What is there keeps its content, and its owner and mode unless those are said.
   */
  make(deployment: string, folders: readonly ServiceFolder[], user: string): Promise<FilesReady>;
  /** Of these paths in the folder, those at which something is. Never rejects. */
  find(deployment: string, paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Deletes a path with all that is in it; `./` is the whole folder. Safe to repeat. */
  remove(deployment: string, path: string): Promise<StepOutcome>;
}
