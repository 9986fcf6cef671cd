// Where the files of services stand on the host. Secrets and heartbeats are in the runtime directory, which is in
// memory: nothing of them is ever on the card, and a beat wears none out.
// Tested in test/agent/host/host-service-files.test.ts.
import { join } from 'node:path';
import type { FilesOwner } from '../ports/service-files.ts';

const KINDS = ['configs', 'secrets', 'heartbeats'] as const;
export type Kind = (typeof KINDS)[number];

/** Of the spec's hash: enough that the containers which one instance has at a time are told apart. */
const HASH_DIGITS = 12;

export class ServiceDirectories {
  readonly #roots: Readonly<Record<Kind, string>>;
  /** Of the folders that deployments have of their own: what stands there stays when its containers go. */
  readonly folders: string;

  /** `runtimeDir` should be in memory, and outlive the agent's process: containers have parts of it mounted. */
  constructor({ dataDir, runtimeDir }: { readonly dataDir: string; readonly runtimeDir: string }) {
    this.folders = join(dataDir, 'folders');
    this.#roots = {
      configs: join(dataDir, 'configs'),
      secrets: join(runtimeDir, 'secrets'),
      heartbeats: join(runtimeDir, 'heartbeats'),
    };
  }

  /** The directory of one kind for the containers of one spec. The hash in it keeps apart old and new. */
  of(kind: Kind, deployment: string, owner: FilesOwner): string {
    return join(this.#roots[kind], deployment, directoryOf(owner));
  }

  /** One directory of each kind for a whole deployment. */
  ofDeployment(deployment: string): string[] {
    return KINDS.map((kind) => join(this.#roots[kind], deployment));
  }
}

/** What an owner has in the directory of its deployment: two levels down. */
export function directoryOf({ service, index, specHash }: FilesOwner): string {
  const hash = specHash.slice('sha256:'.length).slice(0, HASH_DIGITS);
  return join(service, index === 0 ? hash : `${hash}.${index}`);
}
