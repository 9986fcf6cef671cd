// The local API, whatever it is served on: finds what is asked for, has it carried out, and answers.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Tasks } from '../../../lib/failures/tasks.ts';
import type { Offer } from '../../operations/offer.ts';
import { findRoute } from './find-route.ts';
import { readArgs } from './request-args.ts';
import { sendError, sendOutcome } from './responses.ts';

export interface ListenerOptions {
  /** What can be asked for here is served; the rest is not found. */
  readonly offers: readonly Offer[];
  /** Owns the answers under way. Each ends promptly when its connection does. */
  readonly tasks: Tasks;
  /** Hears of what the caller is only told as `internal`. */
  readonly onFault: (fault: unknown) => void;
}

export function createListener({ offers, tasks, onFault }: ListenerOptions): RequestListener {
  return (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answered = answer(offers, { request, response, signal: gone.signal });
    tasks.run(
      answered.catch((fault: unknown) => {
        // Whoever has hung up hears of nothing any more, and that is no fault of ours.
        if (gone.signal.aborted) return;
        onFault(fault);
        giveUp(response);
      }),
    );
  };
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
}

async function answer(offers: readonly Offer[], { request, response, signal }: Call): Promise<void> {
  const found = findRoute(offers, request);
  if (!found.ok) return sendError(response, found.error);
  const args = await readArgs(request, found);
  if (!args.ok) return sendError(response, args.error);
  await sendOutcome(response, await found.offer.ask(args.value, signal), signal);
}

function giveUp(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else
    sendError(response, {
      ...{ status: 500, code: 'internal' },
      message: 'The agent failed to answer; its log says why.',
    });
}
