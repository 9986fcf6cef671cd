// What is said of a document that is not to be kept: the door judges it as one that came, see judge-arrival.ts.
// Tested in test/agent/whole/plan.test.ts.
import type { Source } from '../ports/store.ts';

/** A document as it would come by a topic. */
export interface Arrived {
  readonly source: Source;
  readonly name: string;
}

export type Judged =
  | { readonly kind: 'accepted'; readonly deployment: { readonly hash: string }; readonly body: string }
  /** It is what was accepted last of this source. */
  | { readonly kind: 'known' }
  | {
      readonly kind: 'refused';
      readonly refusal: {
        readonly revision: number | null;
        readonly code: string;
        readonly path: string;
        readonly message: string;
      };
    };

/** Stores nothing and tells nobody. */
export type Judge = (arrived: Arrived, payload: Uint8Array) => Judged;
