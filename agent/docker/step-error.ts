// A step that failed, told as an outcome: a stable code, the engine's words, and what an operator can do.

import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import type { StepOutcome } from '../model/steps.ts';
import { EngineUnavailable } from '../ports/engine.ts';
import { answerIn, type EngineAnswer, isSilence, unavailable } from './engine-error.ts';

export const DONE: StepOutcome = { ok: true };

export type StepFailure = StepOutcome & { readonly ok: false };

export function nameTaken(kind: string, name: string): StepFailure {
  return {
    ok: false,
    code: 'name_taken',
    message: `a ${kind} "${name}" is there that Holdfast did not make`,
    hint: `rename or remove that ${kind}, or name the deployment's another way`,
  };
}

/** Throws `EngineUnavailable` when the engine did not answer. What else goes wrong is this step's fault alone. */
export function toOutcome(error: unknown): StepFailure {
  const answer = answerIn(error);
  if (answer !== null) {
    const meaning = classify(answer);
    const message = meaning.code === 'port_taken' ? describePort(answer.message) : answer.message;
    return { ok: false, ...meaning, message };
  }
  if (error instanceof EngineUnavailable || isSilence(error)) throw unavailable(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    ok: false,
    code: 'internal_error',
    message,
    hint: 'this is a fault of the agent: please report it',
  };
}

interface Meaning {
  readonly code: ReasonCode;
  readonly hint?: string;
}

interface Wording extends Meaning {
  /** Statuses that engines give with it: what a document wrote into a message cannot be taken for another error. */
  readonly statuses: readonly number[];
  /** Of Docker 20.10 to 29 and of Podman. */
  readonly words: RegExp;
}

const WORDINGS: readonly Wording[] = [
  {
    statuses: [500],
    words: /port is already allocated|address already in use/,
    code: 'port_taken',
    hint: 'another program or container has this host port: free it or publish another',
  },
  {
    statuses: [500],
    words: /no space left on device|disk quota exceeded/,
    code: 'no_space',
    hint: 'free disk space on the device; the next try comes by itself',
  },
  {
    // Docker answers 404 since 25, 403 or 500 before.
    statuses: [400, 403, 404, 500],
    words:
      /could not find an available, non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted/,
    code: 'no_address_pool',
    hint: 'the engine has no subnet left for another network: remove unused ones, or add default-address-pools to /etc/docker/daemon.json',
  },
  {
    statuses: [400, 403, 500],
    words: /Pool overlaps with other one on this address space|networks have overlapping IPv4/,
    code: 'subnet_taken',
    hint: 'another network of the device has addresses of this subnet (docker network inspect tells): choose another one',
  },
  {
    statuses: [400],
    words: /network \S+ is ambiguous/,
    code: 'name_taken',
    hint: 'the device has several networks of that name: docker network ls tells their ids; remove all but one of them',
  },
  {
    // Those of ports begin with a small letter.
    statuses: [403, 409, 500],
    words: /(?:^|: )Address already in use|[Nn]o available IPv4 addresses/,
    code: 'address_taken',
    hint: 'another container has it, or the gateway: choose another one; with ip_range others get theirs elsewhere',
  },
  {
    statuses: [400, 403, 404, 500],
    words:
      /user specified IP address is supported|[Ii]nvalid address .* does not belong to any of this network's subnets|no configured subnet .*contains? .*IP address/,
    code: 'address_refused',
    hint: 'the network was made with no subnet that holds this address: docker network inspect tells which it has',
  },
  {
    statuses: [500],
    words: /failed to mount local volume|error while mounting volume/,
    code: 'mount_failed',
    hint: 'driver_opts of the volume: is the server reachable, and does it give that to this device?',
  },
  {
    statuses: [500],
    words: /gathering device information|could not select device driver/,
    code: 'device_missing',
    hint: 'plug it in or install its driver; or leave it out of the service',
  },
  {
    statuses: [400],
    words: /bind source path does not exist/,
    code: 'path_missing',
    hint: 'make that path on the device, or say bind.create_host_path',
  },
  {
    statuses: [403, 409, 500],
    words: /has active endpoints/,
    code: 'network_in_use',
    hint: 'a container that Holdfast did not make is in it; docker network inspect tells which',
  },
  { statuses: [404], words: /no such image/i, code: 'image_missing' },
  {
    statuses: [400, 500],
    words:
      /exec: ".*": (?:executable file not found|stat .*: no such file or directory|permission denied)|exec format error/,
    code: 'command_not_found',
    hint: 'the command or entrypoint is not in the image, or not a program that this device can run',
  },
];

function classify({ status, message }: EngineAnswer): Meaning {
  const known = WORDINGS.find(({ statuses, words }) => statuses.includes(status) && words.test(message));
  if (known !== undefined) return { code: known.code, ...(known.hint && { hint: known.hint }) };
  if (status === 409) return { code: 'conflict' };
  return { code: status === 400 ? 'refused_by_engine' : 'engine_error' };
}

/** The engine's words have the port behind the ids of container and endpoint, where a reader cuts. */
function describePort(message: string): string {
  const found =
    /(?:listen (?:tcp|udp)[46]? |Bind for |bind host port for )(\S+?:\d+)\b.*?(address already in use|port is already allocated)/;
  const [, port, why] = found.exec(message) ?? [];
  return port === undefined || why === undefined ? message : `the host port ${port} is taken: ${why}`;
}
