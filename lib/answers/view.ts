import type { Screen } from '../render/colour.ts';

/** What the rendering may know of the world. */
export interface View extends Screen {
  readonly now: Date;
}
