// Kinds of faults, and traits of worlds, that are known and not drawn, and why. A run may ask for them by name.

export const SWITCHED_OFF: Readonly<Record<string, string>> = {
  log_damaged: 'SQLite drops the commits after the damage and tells nobody: numbers of events are used again',
};

/** Whether worlds have it; `also` names what is drawn though it is switched off. */
export function isDrawn(name: string, also: readonly string[]): boolean {
  return !Object.hasOwn(SWITCHED_OFF, name) || also.includes(name);
}
