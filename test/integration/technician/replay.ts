// Stands between the command and the agent: each question is asked once, and its pinned answer given as often as it is
// asked, so that one moment is shown on screens of every width.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { type Places, pinAnswer } from '../../docs/technician/pinned.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Replay {
  /** The next questions are asked anew. */
  forget(): void;
  stop(): Promise<void>;
}

export async function startReplay(
  { from, to }: { readonly from: string; readonly to: string },
  places: Places,
): Promise<Replay> {
  const known = new Map<string, Promise<Answer>>();
  const server = createServer(async (asked, response) => {
    const body = await readAll(asked);
    const key = `${asked.method} ${asked.url} ${body}`;
    const answer = known.get(key) ?? ask(to, asked, body);
    known.set(key, answer);
    const { status, body: told } = await answer;
    response.writeHead(status).end(pinBody(told, places));
  });
  await once(server.listen(from), 'listening');
  return {
    forget: () => known.clear(),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function ask(socketPath: string, { method, url }: IncomingMessage, body: string): Promise<Answer> {
  const sent = request({ socketPath, method, path: url, agent: false });
  sent.end(body);
  // Sound: what `response` brings.
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await readAll(response) };
}

/** One value, or one on each line. */
function pinBody(body: string, places: Places): string {
  try {
    return JSON.stringify(pinAnswer(JSON.parse(body), places));
  } catch {
    const lines = body.split('\n').filter((line) => line !== '');
    return lines.map((line) => `${JSON.stringify(pinAnswer(JSON.parse(line), places))}\n`).join('');
  }
}
