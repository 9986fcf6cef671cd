// A verb that shows what others know where no agent answers.

import type { View } from '../../lib/answers/view.ts';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { CommandFailure, failureJson } from '../../lib/program/command-failure.ts';
import { setTimer } from '../../lib/time/timer.ts';
import type { WithoutAgent } from '../../protocol/operations/without-agent.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { complain } from './complain.ts';
import type { CliContext } from './context.ts';

/** How long the agent is waited for, where there is something else to show: with that it is less than 2 s in all. */
export const PATIENCE_MS = 1500;
/** An agent that is silent for so long may be frozen, and others are asked meanwhile. */
const HEAD_START_MS = 600;

type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CommandFailure; readonly known: WithoutAgent };

/** The agent's answer; where there is no agent, that failure and what others know. Throws every other failure. */
export async function askOrLook<T>(
  ask: () => Promise<T>,
  look: () => Promise<WithoutAgent>,
): Promise<Answer<T>> {
  let looking: Promise<WithoutAgent> | null = null;
  const begin = (): Promise<WithoutAgent> => {
    looking ??= look();
    return looking;
  };
  // It never rejects but for a fault of ours, which is told if it is awaited below.
  const cancel = setTimer(() => begin().catch(() => undefined), HEAD_START_MS);
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    if (!isAgentAway(error)) throw error;
    return { ok: false, failure: error, known: await begin() };
  } finally {
    cancel();
  }
}

/** One that this user may not ask is not away. */
export function isAgentAway(error: unknown): error is CommandFailure {
  const isAway = error instanceof CommandFailure && error.code === 'agent_unreachable';
  return isAway && systemErrorCode(error.cause) !== 'EACCES';
}

export interface Showing {
  readonly context: CliContext;
  readonly isJson: boolean;
  /** The configuration that was read. */
  readonly configPath: string;
  /** Whether it is that of the agent that was asked. */
  readonly isItsConfig: boolean;
  readonly text: (known: WithoutAgent, view: View) => string;
}

/** The failure first, on standard error. Returns the exit code. */
export function showWithoutAgent(
  { failure, known }: { readonly failure: CommandFailure; readonly known: WithoutAgent },
  { context, isJson, configPath, isItsConfig, text }: Showing,
): number {
  const { out, err, now } = context;
  const { message, hint, code, exitCode } = failure;
  const isCause =
    isItsConfig && known.config_fault !== null && systemErrorCode(failure.cause) !== 'ABORT_ERR';
  const first = isCause ? [`The agent cannot start with its configuration: ${known.config_fault}`] : [];
  const whole = [...first, message].join('\n');
  complain(err, { message: whole, hint });
  // The socket alone does not say where the agent's store and engine are.
  const elsewhere = `Below is what ${configPath} leads to. Name the agent's own configuration: --config FILE`;
  if (!isItsConfig) complain(err, { message: elsewhere });
  const told = new CommandFailure({ code, exitCode, message: whole, hint });
  if (isJson) out.write(`${printableJson({ ...failureJson(told), ...known }, 2)}\n`);
  else out.write(`\n${text(known, { now: now(), columns: out.columns, hasColour: out.hasColour })}`);
  return exitCode;
}
