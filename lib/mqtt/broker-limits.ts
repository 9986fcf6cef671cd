// What a broker of MQTT 5 said at its CONNACK that it takes (MQTT 5, sections 3.2.2.3.3 and 3.2.2.3.6). A limit of 0 is none
// that it may set: taken at its word, nothing would ever be told, and nobody would see why.
// Tested in test/agent/line/broker-line.test.ts.
import type { MqttClient } from 'mqtt';

type Limit = 'receiveMaximum' | 'maximumPacketSize';

/** At most `most`, which is also what a broker takes that says nothing. */
export function limitOf(client: Pick<MqttClient, 'serverProperties'>, limit: Limit, most: number): number {
  const said = client.serverProperties?.[limit];
  return said === undefined || said === 0 ? most : Math.min(said, most);
}
