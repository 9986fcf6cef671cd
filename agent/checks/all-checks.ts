// The table of checks, for a configuration and its edges.
// Tested in test/integration/agent/check.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { Config } from '../config/config.ts';
import { isExampleHost } from '../line/example-line.ts';
import type { Checks } from '../ports/checks.ts';
import { bootCheck } from './boot.ts';
import { brokerChecks } from './broker.ts';
import type { CheckRow } from './check-row.ts';
import { type DeviceCheckOptions, deviceChecks } from './device.ts';
import { emulationCheck, type UsedImage } from './emulation.ts';
import { engineChecks, type SurveyedEngine } from './engine.ts';
import { engineAccessCheck } from './engine-access.ts';
import { configurationCheck, type SecretFile, secretFilesCheck } from './files.ts';
import { registriesCheck, type TryLogin } from './registries.ts';
import { checksOf } from './run-checks.ts';
import { spaceCheck } from './space.ts';
import type { SystemFiles } from './system-files.ts';
import { wearChecks } from './wear.ts';

export interface AllChecksOptions extends DeviceCheckOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly engine: SurveyedEngine & { usedImages(): Promise<UsedImage[]>; tryLogin: TryLogin };
  readonly files: SystemFiles;
  /** As OCI has it. */
  readonly architecture: string;
}

export function allChecks(options: AllChecksOptions): Checks {
  return checksOf(checkRows(options), options.clock);
}

/** In the order in which they are told. */
export function checkRows(options: AllChecksOptions): CheckRow[] {
  const { config, clock, engine, files, architecture } = options;
  const { broker, dataDir, registries, device, groups } = config;
  const dataRoot = async (): Promise<string> => (await engine.facts()).dataRoot;
  return [
    configurationCheck(config.file),
    secretFilesCheck(secretFiles(config)),
    ...deviceChecks(options),
    bootCheck(files),
    spaceCheck('disk', () => dataDir),
    spaceCheck("engine's disk", dataRoot),
    ...wearChecks(files),
    ...engineChecks(engine),
    engineAccessCheck(config.engine.socket, files),
    emulationCheck({ files, architecture, usedImages: () => engine.usedImages() }),
    // Nobody is dialled for the example of the shipped configuration.
    ...(isExampleHost(broker.host) ? [] : brokerChecks({ config: broker, device, groups, clock })),
    registriesCheck(Object.keys(registries), (host, signal) => engine.tryLogin(host, signal)),
  ];
}

function secretFiles({ broker, registries, local }: Config): SecretFile[] {
  const files: readonly (readonly [string, string | null])[] = [
    ['broker.password_file', broker.passwordFile],
    ['broker.key_file', broker.keyFile],
    ['local.http_token_file', local.httpTokenFile],
    ...Object.entries(registries).map(
      ([host, { passwordFile }]) => [`registries."${host}".password_file`, passwordFile] as const,
    ),
  ];
  return files.flatMap(([key, file]) => (file === null ? [] : [{ key, file }]));
}
