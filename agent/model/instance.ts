// Instances: a service may have more than one container at a time, told apart by an index. So far each has one, of index 0.
// A key names an instance within its deployment: `web` is the first of `web`, `web#1` the one after it.

export interface Instance {
  readonly service: string;
  /** From 0 on. */
  readonly index: number;
}

/** No service has it in its name. */
const SEPARATOR = '#';
/** What stands behind it is never 0. */
const FURTHER_INDEX = /^[1-9][0-9]{0,8}$/;

/** The instance that every service has. */
function firstOf(service: string): Instance {
  return { service, index: 0 };
}

/** The instance that a key names; a text that is no key counts as the name of a service. */
export function instanceOf(key: string): Instance {
  const at = key.lastIndexOf(SEPARATOR);
  const index = key.slice(at + 1);
  if (at < 0 || !FURTHER_INDEX.test(index)) return firstOf(key);
  return { service: key.slice(0, at), index: Number(index) };
}
