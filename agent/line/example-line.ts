// In the place of the line while `broker.url` is still the example of the shipped configuration: nobody is dialled.
import type { Line, LineStatus } from '../ports/line.ts';

/** Reserved for documentation (RFC 2606), so no broker of anybody's. */
const EXAMPLE_HOST = /(?:^|\.)example\.(?:com|net|org)$/;

export function isExampleHost(host: string): boolean {
  return EXAMPLE_HOST.test(host);
}

export class ExampleLine implements Line {
  readonly #status: LineStatus;

  /** `file` is the configuration to be edited; `since` an ISO 8601 time. */
  constructor(file: string, since: string) {
    const message = `broker.url is still the example; set it in ${file}, then: systemctl restart holdfast`;
    const trouble = { code: 'not_configured' as const, message };
    this.#status = { isConnected: false, protocol: null, since, trouble, denied: [] };
  }

  start(): void {
    // Nobody to connect to.
  }

  status(): LineStatus {
    return this.#status;
  }

  async publish(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    // Nothing was opened.
  }
}
