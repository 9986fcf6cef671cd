/** The value of a bound that our own code names. Throws where it is none: that is a mistake in the code, not in an input. */
export function boundOf(text: string, parse: (text: string) => number | null): number {
  const value = parse(text);
  if (value === null) throw new Error(`"${text}" is no bound`);
  return value;
}
