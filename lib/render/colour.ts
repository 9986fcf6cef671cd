// Colour on a terminal: who wants it, and how it is put on.
import { styleText } from 'node:util';

export type Style = 'bold' | 'green' | 'yellow' | 'red';

/** What is printed on. */
export interface Screen {
  /** Width of the terminal; `null` where there is none, and then nothing is wrapped. */
  readonly columns: number | null;
  readonly hasColour: boolean;
}

/** Whether the user wants colour at all, by the environment (https://no-color.org). */
export function wantsColour(environment: Readonly<Record<string, string | undefined>>): boolean {
  return !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** Whether the screen has colour is for the caller to know. */
export function paint(text: string, style: Style): string {
  return styleText(style, text, { validateStream: false });
}
