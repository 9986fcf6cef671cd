// How a service reaches others and is reached, as its document asks.

export interface DesiredNetworking {
  /** `null`: it is in networks, `ServiceSpec.networks`. */
  readonly networkMode: Namespace | null;
  readonly ports: readonly PublishedPort[];
  /** Ports that are merely told. */
  readonly exposed: readonly Port[];
  readonly dns: readonly string[] | null;
  readonly dnsOptions: readonly string[] | null;
  readonly dnsSearch: readonly string[] | null;
  /** Addresses by name. */
  readonly extraHosts: Readonly<Record<string, readonly string[]>> | null;
}

/** A namespace that is not of its own, or is one of the engine's kinds (`host`, `none`, `private`, `shareable`). */
export type Namespace =
  | { readonly kind: 'mode'; readonly mode: string }
  | { readonly kind: 'joined'; readonly service: string };

export interface Port {
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface PublishedPort extends Port {
  /** The device's port; `null`: the engine gives a free one at each start. */
  readonly published: number | null;
  /** `null` for all addresses. */
  readonly hostIp: string | null;
}
