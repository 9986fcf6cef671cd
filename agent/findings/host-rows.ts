// The machine: memory, temperature, and what its kernel does not enforce.
// Tested in test/agent/findings/find.test.ts.
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { byTechnician, type Row } from './candidate.ts';

const LOW_MEMORY_SHARE = 0.05;
const HOT_CELSIUS = 85;
const LASTING_MS = 2 * 60_000;

export const HOST_ROWS: readonly Row[] = [
  {
    ...{ code: 'memory_low', severity: 'warning', visibleAfterMs: LASTING_MS },
    meaning: 'the device has hardly any memory left',
    mend: 'find what grows; give services a memory limit',
    find: ({ host: { memoryAvailableBytes: free, memoryTotalBytes: total } }) => {
      if (total === 0 || free >= total * LOW_MEMORY_SHARE) return [];
      const title = `the device is short of memory: ${formatBytes(free)} of ${formatBytes(total)} are available`;
      const fix = byTechnician(
        'find what grows, and give services a memory limit',
        'docker stats --no-stream',
      );
      return [{ subject: 'device', title, fix }];
    },
  },
  {
    ...{ code: 'temperature_high', severity: 'warning', visibleAfterMs: LASTING_MS },
    meaning: 'the processor is hot: it will be slowed down',
    mend: 'look at fan, dust and sun',
    find: ({ host: { temperatureCelsius: celsius } }) =>
      celsius === null || celsius < HOT_CELSIUS
        ? []
        : [
            {
              ...{ subject: 'device', title: `the processor is at ${Math.round(celsius)} °C` },
              fix: byTechnician('look at fan, dust and sun'),
            },
          ],
  },
  {
    ...{ code: 'limits_not_enforced', severity: 'warning', visibleAfterMs: 0 },
    meaning: 'the kernel does not enforce a limit that a document asks for',
    mend: 'switch the cgroup controller on (on a Raspberry Pi: `cgroup_enable=memory` in `cmdline.txt`)',
    find: ({ statuses }) => {
      const lost = statuses.flatMap(({ deployment, services }) =>
        Object.entries(services).flatMap(([service, { limits }]) =>
          (limits?.not_enforced ?? []).map((limit) => ({ limit, name: `${deployment}/${service}` })),
        ),
      );
      if (lost.length === 0) return [];
      const limits = [...new Set(lost.map(({ limit }) => limit))];
      const names = [...new Set(lost.map(({ name }) => name))];
      const title = `the kernel does not enforce the limit of ${limits.join(' and ')} of ${names.length === 1 ? names[0] : `${names.length} services`}`;
      const fix = byTechnician('switch the cgroup controller on, and boot again', 'cat /proc/cgroups');
      return [{ subject: 'device', title, evidence: names, fix }];
    },
  },
];
