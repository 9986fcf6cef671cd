// What is asked of the page, and by whom it may be asked. It reads and changes nothing.
// Tested in test/agent/doors/page/page.test.ts.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Tasks } from '../../../lib/failures/tasks.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import type { Glance } from './glance.ts';
import { type Place, refuseStranger } from './guard.ts';
import type { PageView } from './html/fragments.ts';
import { renderPage } from './html/page.ts';
import { askToLogIn, logIn } from './login.ts';
import { type Exchange, HTML, redirect, refuse, sendPacked } from './responses.ts';
import { isLoggedIn, readToken } from './token.ts';
import type { Viewers } from './viewers.ts';

/** The text for `/metrics`. */
export interface Exposition {
  readonly contentType: string;
  expose(view: PageView): Promise<string>;
}

export interface ListenerOptions {
  readonly place: Place;
  /** `null`: whoever can reach it may read it. */
  readonly tokenFile: string | null;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly glance: Pick<Glance, 'look'>;
  readonly viewers: Viewers;
  readonly metrics: Exposition;
  /** Owns the answers under way. Each ends promptly when its connection does. */
  readonly tasks: Tasks;
  readonly onFault: (fault: unknown) => void;
}

export function createListener(options: ListenerOptions): RequestListener {
  const { tasks, onFault } = options;
  return (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const exchange = { request, response, signal: gone.signal };
    tasks.run(
      answer(options, exchange).catch((fault: unknown) => {
        // Whoever has hung up hears of nothing any more, and that is no fault of ours.
        if (gone.signal.aborted) return;
        onFault(fault);
        giveUp(response);
      }),
    );
  };
}

async function answer(options: ListenerOptions, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const refusal = refuseStranger(request, options.place);
  if (refusal !== null) return refuse(response, refusal);
  const path = pathOf(request);
  if (options.tokenFile !== null) {
    const token = readToken(options.tokenFile);
    if (!token.ok)
      return refuse(response, {
        status: 503,
        message: 'The token cannot be read; see the log of the agent.',
      });
    if (path === '/login' && request.method === 'POST')
      return await logIn(exchange, token.value, options.clock);
    if (!isLoggedIn(request.headers, token.value)) return askToLogIn(response, null);
  }
  if (request.method === 'POST')
    return refuse(response, { status: 405, message: 'Nothing can be changed here.' });
  await show(options, path, exchange);
}

async function show(options: ListenerOptions, path: string, exchange: Exchange): Promise<void> {
  const { response, signal } = exchange;
  const { glance, viewers, metrics } = options;
  switch (path) {
    case '/':
      return await sendPacked(exchange, { type: HTML, body: renderPage(await glance.look()) });
    case '/metrics':
      return await sendPacked(exchange, {
        type: metrics.contentType,
        body: await metrics.expose(await glance.look()),
      });
    case '/events':
      if (viewers.isFull) return refuse(response, { status: 503, message: 'Too many pages are open.' });
      return await viewers.serve(response, signal);
    case '/login':
      return redirect(response, '/');
    default:
      return refuse(response, { status: 404, message: 'There is nothing here.' });
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0] ?? '/';
}

function giveUp(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else refuse(response, { status: 500, message: 'The agent failed to answer; its log says why.' });
}
