// What the demo plays on, and what of it a person can use afterwards.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Rig } from './rig/rig.ts';

export interface Stage {
  readonly rig: Pick<Rig, 'images'> & { readonly engine: Pick<Rig['engine'], 'socketPath'> };
  readonly brokerUrl: string;
  /** Whether it is of this demo, and started again where it is needed. */
  readonly isOwnBroker: boolean;
  readonly httpPort: number;
  /** Of the status page. */
  readonly pagePort: number;
}

export type Tag = 'hello:1.0.0' | 'hello:1.1.0' | 'hello:broken';

/** All that `holdfastctl` and the example's Compose file read of the environment. */
export function environmentOf({ brokerUrl, rig, httpPort }: Stage, tag: Tag): Record<string, string> {
  return {
    HOLDFAST_BROKER: brokerUrl,
    HELLO_IMAGE: rig.images[tag].reference,
    HELLO_PORT: String(httpPort),
  };
}

/** Lines to be copied into a shell, as they stand. */
export function describeNext(stage: Stage, socket: string): string {
  const variables = Object.entries(environmentOf(stage, 'hello:1.0.0')).map((pair) => pair.join('='));
  return `  export ${variables.join(' ')}
  npx holdfast status --socket ${socket}
  xdg-open http://127.0.0.1:${stage.pagePort}/    # the same as a page, live
  npx holdfastctl status
  npx holdfastctl deploy examples/hello/compose.yaml --to devices/demo --wait
  DOCKER_HOST=unix://${stage.rig.engine.socketPath} docker ps    # kill a container, and see it come back
  scripts/demo --stop                                            # end it all
`;
}

/** Removes all else in the folder; the paths of the logs. */
export function keepLogs(dir: string): string[] {
  const names = readdirSync(dir);
  for (const name of names.filter((one) => !one.endsWith('.log')))
    rmSync(path.join(dir, name), { recursive: true });
  return names.filter((one) => one.endsWith('.log')).map((name) => path.join(dir, name));
}
