// Documents as a manager writes them, short.

export interface ServiceParts {
  readonly image: string;
  readonly [key: string]: unknown;
}

export interface DeploymentParts {
  readonly revision: number;
  readonly name?: string;
  readonly services?: Readonly<Record<string, ServiceParts>>;
  readonly [key: string]: unknown;
}

/** A probe that is quick enough for tests to count its answers. */
export const PROBE = { tcp: { port: 80 }, interval: '2s', timeout: '1s', failures: 3, grace: '5s' };

/** A document of one service `app` with a probe, unless told otherwise. */
export function deployment({ revision, name = 'line', services, ...rest }: DeploymentParts) {
  return {
    schema: 'holdfast.deployment/1',
    name,
    revision,
    state: 'present',
    services: services ?? { app: { image: `registry.test/app:${revision}`, probe: PROBE } },
    update: { healthy_after: '5s', deadline: '60s' },
    ...rest,
  };
}

export function absent(revision: number, name = 'line', purge: readonly string[] = []) {
  return { schema: 'holdfast.deployment/1', name, revision, state: 'absent', purge };
}

/** The end of a device's own document. */
export function inherit(revision: number, name = 'line') {
  return { schema: 'holdfast.deployment/1', name, revision, state: 'inherit' };
}
