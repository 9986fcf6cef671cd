// Reasons, refusals and bars in words. Pure: data in, text out.
import type { Reason, Status } from '../../protocol/reports/status.ts';

type Cause = Pick<Reason, 'code' | 'message' | 'path'>;

/** For a line among those of many devices: `unhealthy: the probe failed 3 times (services.web)`. */
export function formatReason({ code, path, message }: Cause): string {
  return `${code}: ${message}${hasPath(path) ? ` (${path})` : ''}`;
}

/** As a sentence of its own: `web: the probe failed 3 times (unhealthy)`. */
export function explainReason({ code, path, message }: Cause): string {
  return `${hasPath(path) ? `${describePath(path)}: ` : ''}${message} (${code})`;
}

/** A service is known by its name; of anything else people read the path in the document. */
function describePath(path: string): string {
  return /^services\.(?<name>[^.]+)$/.exec(path)?.groups?.name ?? path;
}

function hasPath(path: string | undefined): path is string {
  return path !== undefined && path !== '';
}

/** Of content that is not tried, as it failed before. Begins with `content`; `where` it did, as the reader sees it. */
export function describeBar(
  { revision, at }: NonNullable<Status['barred']>,
  where: 'here' | 'there',
): string {
  return `content failed ${where} before, as revision ${revision} at ${at}, and is blocked`;
}
