// A document with what names it.
import type { DesiredDeployment } from './desired-deployment.ts';

export interface Revision<D extends DesiredDeployment = DesiredDeployment> {
  readonly revision: number;
  readonly hash: string;
  /** Names what the document asks, whatever its revision: what a failed proof bars. */
  readonly content: string;
  readonly document: D;
}
