// What the shape cannot say: keys that need or exclude one another.
// Tested in test/agent/config/read-config.test.ts.
import { isLoopback } from '../../lib/program/loopback.ts';
import type { Fault } from '../../protocol/faults.ts';
import type { ConfigFile } from './schema.ts';

export function checkConfig(config: ConfigFile): Fault[] {
  return [...checkBroker(config), ...checkPage(config), ...checkHomeAssistant(config)];
}

/** What anybody in the network can reach has a login. */
function checkPage({ local }: ConfigFile): Fault[] {
  if (local.http === null || local.http_token_file !== '' || isLoopback(local.http.host)) return [];
  const message = 'required where local.http is no loopback address: the network could read the page';
  return [{ path: 'local.http_token_file', message }];
}

/** Home Assistant would read the device's own topics as its configurations. */
function checkHomeAssistant({ home_assistant: { discovery, prefix }, broker }: ConfigFile): Fault[] {
  if (!discovery || broker.topic_prefix.split('/')[0] !== prefix) return [];
  return [{ path: 'home_assistant.prefix', message: 'another first level than that of broker.topic_prefix' }];
}

function checkBroker({ broker }: ConfigFile): Fault[] {
  const faults: Fault[] = [];
  const report = (key: string, message: string): void => {
    faults.push({ path: `broker.${key}`, message });
  };
  if (broker.password_file !== '' && broker.username === '') {
    report('username', 'required with broker.password_file');
  }
  if (broker.cert_file !== '' && broker.key_file === '') report('key_file', 'required with broker.cert_file');
  if (broker.key_file !== '' && broker.cert_file === '') report('cert_file', 'required with broker.key_file');
  if (broker.url.protocol === 'mqtts') return faults;
  // Silence here would send in the clear what its author meant to encrypt.
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
    if (broker[key] !== '') report(key, 'only with an mqtts:// URL; broker.url is mqtt://');
  }
  return faults;
}
