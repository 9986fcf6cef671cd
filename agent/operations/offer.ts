// What the agent carries out: a row of the protocol's table, joined to the work. Doors know no more than this.
import type { Fault } from '../../protocol/faults.ts';
import {
  type AnswerOf,
  type ArgsOf,
  type Operation,
  parseArguments,
} from '../../protocol/operations/operation.ts';
import type { OPERATIONS, OperationName } from '../../protocol/operations/operations.ts';
import type { Asker } from '../model/pause.ts';

/** Why there is no answer: a stable word for programs, and a sentence that has no capital and no full stop. */
export interface Refused {
  /** `not_found`: what it is about is not there. `refused`: not done. `failed`: tried, and it did not work. */
  readonly kind: 'not_found' | 'refused' | 'failed';
  readonly code: string;
  readonly message: string;
}

/** What an operation came to. */
export type Outcome<T = unknown> =
  | { readonly kind: 'done'; readonly answer: T }
  /** Begun; the status shows the result. */
  | { readonly kind: 'accepted'; readonly answer: T }
  /** An answer that comes bit by bit. Whoever takes it ends it, also before its end. */
  | { readonly kind: 'stream'; readonly items: AsyncIterable<T> }
  | Refused;

/**
 * Does the work. Begins at once: what it does before its first `await` is done when the call returns. Ends promptly
 * when `signal` aborts. Throws for faults of the agent alone, and where it was aborted.
 */
export type CarryOut<O extends Operation> = (
  args: ArgsOf<O>,
  signal: AbortSignal,
  by: Asker,
) => Promise<Outcome<AnswerOf<O>>>;

export interface Offer<T = unknown> {
  readonly operation: Operation<T>;
  /** Parses the arguments and carries it out. `by`: who asks; default: somebody on the device. */
  ask(
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    by?: Asker,
  ): Promise<Outcome<T> | Invalid>;
}

/** Nothing was done: a fault for each argument that is not as it must be, with its key as the path. */
export interface Invalid {
  readonly kind: 'invalid';
  readonly faults: readonly Fault[];
}

/** All that this agent carries out. */
export type Offers = {
  readonly [N in OperationName]: Offer<AnswerOf<(typeof OPERATIONS)[N]>>;
};

export function offer<O extends Operation>(operation: O, carryOut: CarryOut<O>): Offer<AnswerOf<O>> {
  return {
    operation,
    ask(input, signal, by = 'device') {
      const args = parseArguments(operation, input);
      if (args.ok) return carryOut(args.value, signal, by);
      return Promise.resolve({ kind: 'invalid', faults: args.faults } as const);
    },
  };
}
