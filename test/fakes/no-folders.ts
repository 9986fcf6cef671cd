// For what has nothing to do with folders of deployments.
import type { Folders } from '../../agent/ports/folders.ts';

export const NO_FOLDERS: Folders = {
  make: () => Promise.resolve({ ok: true, mounts: [] }),
  find: () => Promise.resolve(new Set()),
  remove: () => Promise.resolve({ ok: true }),
};
