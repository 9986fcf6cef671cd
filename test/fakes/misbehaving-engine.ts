// A Docker Engine on a Unix socket that does what a real one will not do on demand. It passes every request on
// to a real engine, but for those that a rule of the test answers.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Misbehaviour =
  /** An answer of the engine with an error status. */
  | { readonly kind: 'error'; readonly status: number; readonly message: string }
  /** HTTP 200, and then these lines of JSON: how a pull fails half-way. */
  | { readonly kind: 'lines'; readonly lines: readonly object[] }
  /** No answer, until the rule is lifted: then the connection breaks. */
  | { readonly kind: 'hang' };

export interface EngineRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The registry credentials that came with it, or `null`. */
  readonly registryAuth: unknown;
}

interface Rule {
  readonly method: string;
  readonly url: RegExp;
  readonly behaviour: Misbehaviour;
  readonly held: ServerResponse[];
  hits: number;
}

export interface Misconduct {
  /** How many requests were answered so. */
  hits(): number;
  /** From now on the real engine answers again. */
  lift(): void;
}

export class MisbehavingEngine {
  readonly requests: EngineRequest[] = [];
  readonly socketPath: string;
  readonly #realSocketPath: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #rules = new Set<Rule>();

  private constructor(socketPath: string, realSocketPath: string) {
    this.socketPath = socketPath;
    this.#realSocketPath = realSocketPath;
    this.#server = createServer((incoming, response) => this.#answer(incoming, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(socketPath: string, realSocketPath: string): Promise<MisbehavingEngine> {
    const engine = new MisbehavingEngine(socketPath, realSocketPath);
    await engine.#listen();
    return engine;
  }

  /** From now on requests like this are answered so. */
  misbehave(method: string, url: RegExp, behaviour: Misbehaviour): Misconduct {
    const rule: Rule = { method, url, behaviour, held: [], hits: 0 };
    this.#rules.add(rule);
    return { hits: () => rule.hits, lift: () => this.#lift(rule) };
  }

  /** The engine is away: its socket too. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Back after `stop`. */
  async restart(): Promise<void> {
    await this.#listen();
  }

  #lift(rule: Rule): void {
    this.#rules.delete(rule);
    for (const response of rule.held) response.destroy();
  }

  #listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.socketPath, resolve));
  }

  #answer(incoming: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/' } = incoming;
    this.requests.push({ method, url, registryAuth: decodeAuth(incoming.headers['x-registry-auth']) });
    const rule = [...this.#rules].find((candidate) => candidate.method === method && candidate.url.test(url));
    if (rule === undefined) this.#forward(incoming, response);
    else misbehave(rule, response);
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = incoming;
    const onward = request({ socketPath: this.#realSocketPath, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // A stream of events says nothing for long, and its reader waits for the head.
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}

function misbehave(rule: Rule, response: ServerResponse): void {
  const { behaviour, held } = rule;
  rule.hits += 1;
  switch (behaviour.kind) {
    case 'error':
      response.writeHead(behaviour.status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ message: behaviour.message }));
      return;
    case 'lines':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(behaviour.lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''));
      return;
    case 'hang':
      held.push(response);
      return;
  }
}

/** The engine API's `X-Registry-Auth`: JSON in base64url. */
function decodeAuth(header: string | string[] | undefined): unknown {
  return typeof header === 'string' ? JSON.parse(Buffer.from(header, 'base64url').toString()) : null;
}
