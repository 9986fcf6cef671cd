// Paths at the local socket: the one place that builds and parses them.
import * as v from 'valibot';
import type { Operation, Route } from './operation.ts';

/** The answer to a request that could not be carried out; comes with a 4xx or 5xx. */
export interface LocalError {
  /** A stable word for programs, e.g. `not_found`. */
  readonly code: string;
  readonly message: string;
}

const LEVEL = /^\{(.+)\}$/;

/** The arguments that stand in the path. */
export function pathKeys({ path }: Route): string[] {
  return path.split('/').flatMap((level) => LEVEL.exec(level)?.[1] ?? []);
}

/** What is asked with. */
export interface LocalRequest {
  readonly method: Route['method'];
  /** With the query of a GET. */
  readonly path: string;
  /** JSON; empty where no argument is left for it. */
  readonly body: string;
}

/** How an operation is asked for with these arguments, which must be valid. */
export function formatRequest(route: Route, args: Readonly<Record<string, unknown>>): LocalRequest {
  const { method } = route;
  const inPath = pathKeys(route);
  const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(args[key])));
  const rest = Object.entries(args).filter(([key]) => !inPath.includes(key));
  if (rest.length === 0) return { method, path, body: '' };
  if (method === 'POST') return { method, path, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = rest.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&');
  return { method, path: `${path}?${query}`, body: '' };
}

/** The arguments in a path, or `null` where it is another one, for its levels or for what they hold. */
export function parsePath(
  { path: template }: Route,
  args: Operation['args'],
  path: string,
): Record<string, string> | null {
  const wanted = template.split('/');
  const levels = path.split('/');
  if (wanted.length !== levels.length) return null;
  const found: Record<string, string> = {};
  for (const [index, level] of levels.entries()) {
    const key = LEVEL.exec(wanted[index] ?? '')?.[1];
    if (key === undefined && level !== wanted[index]) return null;
    if (key === undefined) continue;
    const schema = args[key]?.schema;
    const value = decode(level);
    if (schema === undefined || !v.is(schema, value)) return null;
    found[key] = value;
  }
  return found;
}

/** What is no encoding stands for itself. */
function decode(level: string): string {
  try {
    return decodeURIComponent(level);
  } catch {
    return level;
  }
}
