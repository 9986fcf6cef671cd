// What the agent calls itself and its settings, for the sentences of lib/mqtt.
// Tested in test/agent/line/broker-line.test.ts.
import type { Terms } from '../../lib/mqtt/terms.ts';

export const AGENT_TERMS: Terms = {
  client: 'device',
  program: 'agent',
  settings: {
    login: 'broker.username and broker.password_file',
    authority: 'broker.ca_file',
    certificate: 'broker.cert_file and broker.key_file',
    address: 'broker.url',
  },
};
