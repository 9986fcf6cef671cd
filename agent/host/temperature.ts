// The processor's temperature, by the kernel's thermal zones (Documentation/ABI/testing/sysfs-class-thermal).
// Tested in test/agent/host/linux-host.test.ts.
import type { HostFiles } from './host-files.ts';

const ZONES = '/sys/class/thermal';
const CPU_ZONE = /cpu|soc|x86_pkg_temp|coretemp|k10temp/i;

/** The hottest processor zone; where none is named so, the hottest of all; `null` without any. */
export function readTemperature(files: HostFiles): number | null {
  const zones = files
    .list(ZONES)
    .filter((name) => name.startsWith('thermal_zone'))
    .flatMap((name) => {
      const celsius = toCelsius(files.read(`${ZONES}/${name}/temp`));
      return celsius === null ? [] : [{ celsius, type: files.read(`${ZONES}/${name}/type`) ?? '' }];
    });
  const cpuZones = zones.filter(({ type }) => CPU_ZONE.test(type));
  const temperatures = (cpuZones.length > 0 ? cpuZones : zones).map(({ celsius }) => celsius);
  return temperatures.length > 0 ? Math.max(...temperatures) : null;
}

/** From millidegrees; a zone that is switched off shows absurd values, which are dropped. */
function toCelsius(text: string | null): number | null {
  if (text === null || !/^-?\d+$/.test(text)) return null;
  const celsius = Number(text) / 1000;
  return celsius > -60 && celsius < 200 ? celsius : null;
}
