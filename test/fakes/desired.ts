// Documents as the agent works on them: as values.
import type { DesiredPresent } from '../../agent/model/desired-deployment.ts';
import { presentOf } from '../../agent/model/document/desired.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';

/** Of a document as a manager writes it, which must be valid and present. */
export function desiredOf(value: unknown): DesiredPresent {
  const parsed = parseDeployment(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { document } = parsed.value;
  if (document.state !== 'present') throw new Error('unreachable: it was written as present');
  return presentOf(document);
}
