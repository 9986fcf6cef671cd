// A named check of what the agent promises (contract §7), or of what follows from it.
import type { Scene } from '../scene.ts';

export interface Promised {
  readonly name: string;
  /** Watches from the beginning; says so when it breaks. */
  watch?(scene: Scene): void;
  /** Looks now and then, all through the run. */
  look?(scene: Scene): void;
  /** Looks once all is calm and has come to its end. */
  checkEnd?(scene: Scene): void;
}
