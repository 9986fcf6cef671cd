// Where an agent's store and engine are, as far as its configuration says.
// Tested in test/agent/bystander/look.test.ts.
import { ConfigError } from '../config/config-error.ts';
import { readConfig } from '../config/read-config.ts';
import { readToml } from '../config/read-toml.ts';
import { readKeptDevice } from '../store/open-store.ts';

export interface Places {
  readonly dataDir: string;
  readonly engineSocket: string;
  /** What images must leave free on the engine's disk. */
  readonly imageReserveBytes: number;
  /** The first fault for which an agent does not start; `null` for none that is known. */
  readonly fault: string | null;
}

const DEFAULTS = {
  dataDir: '/var/lib/holdfast',
  engineSocket: '/var/run/docker.sock',
  imageReserveBytes: 512 * 1024 * 1024,
};

/** Of a faulty configuration what can be read of it, and else the defaults. */
export function findPlaces(configPath: string): Places {
  try {
    const { dataDir, engine, images } = readConfig({ argvConfigPath: configPath, env: {}, readKeptDevice });
    return {
      ...{ dataDir, engineSocket: engine.socket, imageReserveBytes: images.reserveBytes },
      fault: null,
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Whoever looks may have no right to read it, and the agent may.
    const fault = error.code === 'unreadable_file' ? null : (error.message.split('\n')[0] ?? null);
    return { ...readInPart(configPath), fault };
  }
}

function readInPart(configPath: string): Omit<Places, 'fault'> {
  try {
    const config = readToml(configPath);
    return {
      ...DEFAULTS,
      dataDir: textAt(config, ['data_dir']) ?? DEFAULTS.dataDir,
      engineSocket: textAt(config, ['engine', 'socket']) ?? DEFAULTS.engineSocket,
    };
  } catch {
    return DEFAULTS;
  }
}

function textAt(value: unknown, [key, ...rest]: readonly string[]): string | null {
  if (key === undefined) return typeof value === 'string' ? value : null;
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return textAt(fields.find(([name]) => name === key)?.[1], rest);
}
