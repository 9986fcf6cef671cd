// The one place that gives an exit code to what the library cannot do.
import { CommandFailure } from '../program/command-failure.ts';
import { EXIT } from '../program/exit-codes.ts';
import type { DocumentFailure } from './document-failure.ts';

/** `whom` names the addressee that it concerns, where it is not all of them. */
export function failureOf(
  { code, message, hint, faulty: details }: DocumentFailure,
  whom?: string,
): CommandFailure {
  const told = whom === undefined ? message : `${whom}: ${message}`;
  return new CommandFailure({ ...{ code, message: told, hint, details }, exitCode: EXIT.usage });
}
