// A Compose file brought up by Docker Compose itself.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

export interface ComposeOptions {
  readonly program: string;
  readonly socketPath: string;
  /** Taken for the home of who calls, so that no settings of the machine's user count. */
  readonly home: string;
}

export class ComposeProject {
  readonly #options: ComposeOptions;
  readonly #file: string;
  readonly #variables: Readonly<Record<string, string>>;

  constructor(options: ComposeOptions, file: string, variables: Readonly<Record<string, string>>) {
    this.#options = options;
    this.#file = file;
    this.#variables = variables;
  }

  /** The file in long forms, as Compose reads it. */
  async read(): Promise<unknown> {
    return JSON.parse(await this.#run('config', '--format', 'json'));
  }

  async up(): Promise<void> {
    await this.#run('up', '--detach', '--quiet-pull');
  }

  /** Leaves nothing of it, and waits for no container. */
  async down(): Promise<void> {
    await this.#run('down', '--volumes', '--timeout', '0');
  }

  async #run(...args: readonly string[]): Promise<string> {
    const { program, socketPath, home } = this.#options;
    const env = { ...this.#variables, DOCKER_HOST: `unix://${socketPath}`, HOME: home };
    return (await runFile(program, ['--file', this.#file, ...args], { env })).stdout;
  }
}
