// Values of an env file, with variables put in.
// Tested in test/lib/compose/service-forms.test.ts.
import { readEnvText } from './env-text.ts';
import { interpolate, type Variables } from './interpolate.ts';

export interface EnvOptions {
  /** Values as they stand: no quotes, no comments, no variables. */
  readonly isRaw: boolean;
  /** What a value may refer to, by what stands above it in the file. */
  readonly lookUp: (above: Variables) => Variables;
  readonly report: {
    fault(line: number, message: string): void;
    unset(line: number, name: string): void;
  };
}

export function envValues(text: string, { isRaw, lookUp, report }: EnvOptions): Map<string, string> {
  const values = new Map<string, string>();
  for (const statement of readEnvText(text, isRaw)) {
    const { line } = statement;
    if ('fault' in statement) {
      report.fault(line, statement.fault);
      continue;
    }
    const { name, value } = statement;
    const known = lookUp(Object.fromEntries(values));
    if (value.kind === 'literal') values.set(name, value.text);
    else if (value.kind === 'inherited') {
      const inherited = known[name];
      if (inherited !== undefined) values.set(name, inherited);
    } else {
      const fault = (message: string): void => report.fault(line, message);
      const unset = (missing: string): void => report.unset(line, missing);
      values.set(name, interpolate(value.text, known, { fault, unset }));
    }
  }
  return values;
}
