// Events for tests of what becomes of events, whatever they tell.
import type { Sample } from '../../agent/report/sample.ts';
import type { NewEvent } from '../../protocol/reports/events.ts';

/** A transition with this text. */
export function someEvent(message = ''): NewEvent {
  return { type: 'service_failed', deployment: 'line', service: 'web', code: 'exited', message };
}

/** A step that succeeded; its text is the name of the deployment. */
export function someStep(deployment = ''): NewEvent {
  return { type: 'start_container', deployment };
}

/** A sample; its text is the name of a deployment without services. */
export function someSample(deployment = ''): Sample {
  return {
    type: 'sample',
    cpu_percent: null,
    memory_available_bytes: 0,
    disk_available_bytes: 0,
    temperature_celsius: null,
    services: { [deployment]: {} },
  };
}
