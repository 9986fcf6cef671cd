// Whether the agent's service is started when the device boots.
import { type CheckAnswer, type CheckRow, ok, warning } from './check-row.ts';
import type { SystemFiles } from './system-files.ts';

/** Where systemd keeps what is enabled, as links (systemd.unit(5)). */
const UNIT_DIRECTORIES = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system'];

/** Nothing is told of an agent that is no service of systemd. */
export function bootCheck(files: SystemFiles): CheckRow {
  return { name: 'start at boot', look: () => judge(files) };
}

function judge(files: SystemFiles): CheckAnswer[] {
  const unit = /\/system\.slice\/([^/\n]+\.service)$/m.exec(files.read('/proc/self/cgroup') ?? '')?.[1];
  if (unit === undefined) return [];
  const isEnabled = UNIT_DIRECTORIES.some((directory) =>
    files
      .list(directory)
      .filter((name) => name.endsWith('.wants') || name.endsWith('.requires'))
      .some((name) => files.list(`${directory}/${name}`).includes(unit)),
  );
  if (isEnabled) return [ok(`${unit} is started when the device boots`)];
  return [warning(`${unit} is not started when the device boots; sudo systemctl enable ${unit}`)];
}
