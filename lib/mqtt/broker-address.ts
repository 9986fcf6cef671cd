// Where a broker is, for a socket.

export interface BrokerAddress {
  readonly protocol: 'mqtt' | 'mqtts';
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}
