// A target of the fuzz suite: what is fed, and what must hold after each input.
import fc from 'fast-check';

/** What is fed. It throws where the input was not coped with. */
export interface Subject<Input> {
  feed(input: Input): void | Promise<void>;
  /** After the last input: throws where what is left is not as it should be. */
  settle?(): void;
  close?(): void;
}

export interface TargetOptions<Input> {
  readonly name: string;
  /** Of all runs. */
  readonly share: number;
  readonly inputs: fc.Arbitrary<Input>;
  /** Payloads in one input. */
  readonly batch?: number;
  readonly open: () => Subject<Input> | Promise<Subject<Input>>;
}

export interface Outcome {
  /** Payloads that were fed. */
  readonly runs: number;
  /** What was found, with the shrunk input; `null` when nothing was. */
  readonly failure: string | null;
}

export interface Target {
  readonly name: string;
  readonly share: number;
  /** The same seed and number of runs feed the same. */
  run(options: { readonly seed: number; readonly runs: number }): Promise<Outcome>;
}

export function target<Input>({ name, share, inputs, batch = 1, open }: TargetOptions<Input>): Target {
  return {
    name,
    share,
    async run({ seed, runs }) {
      const subject = await open();
      let fed = 0;
      const property = fc.asyncProperty(inputs, async (input) => {
        fed += batch;
        await subject.feed(input);
      });
      try {
        const details = await fc.check(property, { seed, numRuns: Math.ceil(runs / batch) });
        return { runs: fed, failure: details.failed ? describe(details) : troubleAfter(subject) };
      } finally {
        subject.close?.();
      }
    },
  };
}

function troubleAfter(subject: Pick<Subject<never>, 'settle'>): string | null {
  try {
    subject.settle?.();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describe<Input>(details: fc.RunDetails<[Input]>): string {
  const { errorInstance: error } = details;
  const why = error instanceof Error ? error.stack : String(error);
  return `${fc.defaultReportMessage(details)}\n${why}`;
}

/** Throws where it does not hold. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

const NAMES_OF_OBJECT = Object.getOwnPropertyNames(Object.prototype).length;

/** No input may leave something behind in what all objects share. */
export function mustBeClean(): void {
  const names = Object.getOwnPropertyNames(Object.prototype);
  must(names.length === NAMES_OF_OBJECT && !('polluted' in {}), 'Object.prototype was changed');
}
