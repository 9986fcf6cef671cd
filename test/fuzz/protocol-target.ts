// Payloads at the parser: a document, or faults that can be told.

import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { MAX_RETAINED_BYTES, parseJsonPayload } from '../../protocol/payload.ts';
import { goodDocument } from './documents.ts';
import { mutatedBytes, mutatedJson } from './mutations.ts';
import { must, mustBeClean, target } from './target.ts';

/** More than any honest path and reason need. */
const MAX_FAULT_LENGTH = 1000;
/** Milliseconds for one payload, on a machine that has other things to do. */
const MAX_TIME_MS = 10_000;

export const protocolTarget = target({
  name: 'protocol',
  share: 0.4,
  inputs: mutatedBytes(mutatedJson(goodDocument)),
  open: () => ({ feed: judge }),
});

function judge(payload: Uint8Array): void {
  const beganMs = performance.now();
  const json = parseJsonPayload(payload, MAX_RETAINED_BYTES);
  const parsed = json.ok ? parseDeployment(json.value) : null;
  must(performance.now() - beganMs < MAX_TIME_MS, 'took too long');
  mustBeClean();
  must(json.ok || json.message.length < MAX_FAULT_LENGTH, 'the message is too long');
  if (parsed === null || parsed.ok) return;
  must(parsed.faults.length > 0, 'refused with no fault');
  must(parsed.faults.length <= payload.byteLength + 1, 'more faults than the payload has bytes');
  for (const { path, message } of parsed.faults) {
    must(message !== '', `a fault at ${path} says nothing`);
    must(path.length + message.length < MAX_FAULT_LENGTH, `a fault is too long: ${path}: ${message}`);
    must(path.isWellFormed() && message.isWellFormed(), `a fault is no Unicode text: ${path}: ${message}`);
  }
}
