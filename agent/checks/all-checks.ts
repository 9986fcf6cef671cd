// The table of checks, for a configuration and its edges.
// Tested in test/integration/agent/check.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { Config } from '../config/config.ts';
import { isExampleHost } from '../line/example-line.ts';
import type { Checks } from '../ports/checks.ts';
import { brokerChecks } from './broker.ts';
import type { CheckRow } from './check-row.ts';
import { type DeviceCheckOptions, deviceChecks } from './device.ts';
import { engineChecks, type SurveyedEngine } from './engine.ts';
import { type SecretFile, secretFilesCheck } from './files.ts';
import { registriesCheck } from './registries.ts';
import { checksOf } from './run-checks.ts';
import { spaceCheck } from './space.ts';

export interface AllChecksOptions extends DeviceCheckOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly engine: SurveyedEngine;
}

export function allChecks(options: AllChecksOptions): Checks {
  const { config, clock, engine } = options;
  const { broker, dataDir, registries } = config;
  const dataRoot = async (): Promise<string> => (await engine.facts()).dataRoot;
  const rows: CheckRow[] = [
    secretFilesCheck(secretFiles(config)),
    ...deviceChecks(options),
    spaceCheck('disk', () => dataDir),
    spaceCheck("engine's disk", dataRoot),
    ...engineChecks(engine),
    // Nobody is dialled for the example of the shipped configuration.
    ...(isExampleHost(broker.host) ? [] : brokerChecks({ config: broker, clock })),
    registriesCheck(Object.keys(registries)),
  ];
  return checksOf(rows, clock);
}

function secretFiles({ broker, registries }: Config): SecretFile[] {
  const files: readonly (readonly [string, string | null])[] = [
    ['broker.password_file', broker.passwordFile],
    ['broker.key_file', broker.keyFile],
    ...Object.entries(registries).map(
      ([host, { passwordFile }]) => [`registries."${host}".password_file`, passwordFile] as const,
    ),
  ];
  return files.flatMap(([key, file]) => (file === null ? [] : [{ key, file }]));
}
