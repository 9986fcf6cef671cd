// What may be asked of a device: the form of one row of the table in operations.ts. Command topics, the routes at the
// local socket and the verbs of the command lines are made from it.
import * as v from 'valibot';
import type { Fault, Parsed } from '../faults.ts';

/** One argument: its form on the wire, and how people type it. */
export interface Argument<T = unknown> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** What it must be, e.g. `a name`. A complaint says this and repeats nothing of the value, which may be long. */
  readonly expected: string;
  /** What a person calls it who typed it wrongly, e.g. `deployment name`. */
  readonly called: string;
  /** Its place in the usage line, e.g. `DEPLOYMENT`. */
  readonly placeholder: string;
  /** Where it is typed as `--KEY PLACEHOLDER`, the line of help for it; else it stands behind the verb. */
  readonly option?: string;
  /** The letter of a shorter way to type it, e.g. `f`. */
  readonly short?: string;
  /** Of an option that is typed with no value: it is `true` where it is typed. */
  readonly isFlag?: true;
  /** It has no place in a command over MQTT. */
  readonly isLocal?: true;
}

/** Where it is asked for at the local socket. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `{key}` is a level that holds that argument. Others come in the query of a GET, in the JSON body of a POST. */
  readonly path: string;
}

export interface Operation<T = unknown> {
  /** The verb, in commands and on command lines. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** By key, in the order in which they are typed. */
  readonly args: Readonly<Record<string, Argument>>;
  /** The answer's content, or one item of it where it is a stream. */
  readonly answer: v.GenericSchema<unknown, T>;
  /** Whether the answer is a stream of such items. */
  readonly isStream?: true;
  /** Who may ask. */
  readonly askedBy: {
    /** Whether it can be asked over MQTT, as a command. */
    readonly broker: boolean;
    /** `null`: it cannot be asked at the local socket. */
    readonly socket: Route | null;
  };
}

/** The arguments of an operation, parsed. */
export type ArgsOf<O extends Operation> = {
  readonly [K in keyof O['args']]: v.InferOutput<O['args'][K]['schema']>;
};

/** The content of its answer. */
export type AnswerOf<O extends Operation> = v.InferOutput<O['answer']>;

/**
 * Reads an operation's arguments; what it has no argument for is passed over. A fault has the key as its path and
 * `expected` as its message.
 */
export function parseArguments<O extends Operation>(
  { args }: O,
  input: Readonly<Record<string, unknown>>,
): Parsed<ArgsOf<O>> {
  const values: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [key, { schema, expected }] of Object.entries(args)) {
    const result = v.safeParse(schema, input[key]);
    if (!result.success) faults.push({ path: key, message: expected });
    else if (result.output !== undefined) values[key] = result.output;
  }
  // Sound: with no fault, each value was parsed by the schema that its type is made of.
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: values as ArgsOf<O> };
}
