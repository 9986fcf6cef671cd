// Deployment documents as a manager writes them, around the sample service `hello`.
import type { InferInput } from 'valibot';
import type { deploymentSchema } from '../../../protocol/deployment/deployment.ts';
import type { serviceSchema } from '../../../protocol/deployment/service.ts';

export type Document = Extract<InferInput<typeof deploymentSchema>, { state: 'present' }>;
export type Absent = Extract<InferInput<typeof deploymentSchema>, { state: 'absent' }>;
export type Service = InferInput<typeof serviceSchema>;

/** Quick, as nothing here is slow by nature: proven half a second after the first good probe. */
const QUICK_UPDATE = { strategy: 'stop-first', healthy_after: '500ms', deadline: '20s' } as const;
export const PROBE = {
  http: { port: 8080, path: '/healthz' },
  interval: '500ms',
  timeout: '1s',
  failures: 2,
  grace: '5s',
} as const;

/** The service `hello`, with a probe and a quick end. */
export function hello(image: string, changes: Partial<Service> = {}): Service {
  return { image, stop_grace_period: '2s', probe: PROBE, ...changes };
}

/** `hello` that hears no SIGTERM: it ends a second after it is told to, and one that is started too soon meets it. */
export function slowToStop(image: string, changes: Partial<Service> = {}): Service {
  const command = ['sh', '-c', "trap '' TERM; python3 hello.py; true"];
  return hello(image, { command, stop_grace_period: '1s', ...changes });
}

/** One revision of a deployment with these services. */
export function present(
  name: string,
  revision: number,
  services: Document['services'],
  changes: Partial<Document> = {},
): Document {
  return {
    schema: 'holdfast.deployment/1',
    name,
    revision,
    state: 'present',
    services,
    update: QUICK_UPDATE,
    ...changes,
  };
}

export function absent(name: string, revision: number, purge: string[] = []): Absent {
  return { schema: 'holdfast.deployment/1', name, revision, state: 'absent', purge };
}

/** A port of this host's loopback for the service's port 8080. */
export function publish(port: number): NonNullable<Service['ports']> {
  return [{ target: 8080, published: String(port), host_ip: '127.0.0.1', protocol: 'tcp' }];
}
