// Namespaces that one service has from another: `network_mode`, `ipc` and `pid` with `service:NAME`.
// Tested in test/agent/model/document/spec-hash.test.ts.
import type { Service } from './service.ts';

export const NAMESPACES = ['network_mode', 'ipc', 'pid'] as const;
export type Namespace = (typeof NAMESPACES)[number];

/** The service whose namespace this one joins, or `null`. */
export function joinedService(service: Service, namespace: Namespace): string | null {
  const mode = service[namespace];
  return mode?.startsWith('service:') ? mode.slice('service:'.length) : null;
}

/** All services whose namespaces this one joins, each once. */
export function joinedServices(service: Service): string[] {
  const joined = NAMESPACES.map((namespace) => joinedService(service, namespace));
  return [...new Set(joined)].filter((name) => name !== null);
}
