// The engine as a supplier: it pulls from the registry that the reference names.
import type { Engine } from '../ports/engine.ts';
import type { Supplier } from '../ports/supplier.ts';

/** `architecture` is this device's own, as image indexes name it. */
export function engineSupplier(engine: Pick<Engine, 'pullImage'>, architecture: string): Supplier {
  return {
    pull: ({ reference, platform }, options) =>
      engine.pullImage(reference, { architecture, platform, ...options }),
  };
}
