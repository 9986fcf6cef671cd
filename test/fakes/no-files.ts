// For what has nothing to do with files of services on the host.
import type { ServiceFiles } from '../../agent/ports/service-files.ts';

export const NO_FILES: ServiceFiles = {
  prepare: () => Promise.resolve({ ok: true, mounts: [] }),
  collect: () => Promise.resolve(),
};
