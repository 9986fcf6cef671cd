import type Docker from 'dockerode';
import type { Folders } from '../ports/folders.ts';
import type { ServiceFiles } from '../ports/service-files.ts';

/** What steps are carried out with. */
export interface Tools {
  readonly docker: Docker;
  readonly files: ServiceFiles;
  readonly folders: Folders;
}
