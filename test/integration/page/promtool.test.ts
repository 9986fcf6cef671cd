// The metrics and what is made for them, judged by Prometheus' own tool.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensurePrograms } from '../../../scripts/rig/apt.ts';
import { run } from '../../../scripts/rig/exec.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { Stage } from './stage.ts';

let stage: Stage;
let exposition = '';

beforeAll(async () => {
  await ensurePrograms([{ program: 'promtool', pkg: 'prometheus' }], quietProgress);
  stage = await Stage.open();
  const answer = await fetch(`${stage.url}metrics`, { headers: { connection: 'close' } });
  exposition = await answer.text();
});
afterAll(() => stage.close());

/** Rejects where it finds a fault, also one of style alone. */
const promtool = (args: readonly string[], input = ''): Promise<string> =>
  run({ program: 'promtool', args, input });

test('promtool finds no fault in the metrics', async () => {
  expect(exposition).toContain('holdfast_service_up{deployment="line-vision",service="detector"} 1');
  await promtool(['check', 'metrics'], exposition);
});

test('promtool would find one', async () => {
  await expect(promtool(['check', 'metrics'], `${exposition}\nbad-name 1\n`)).rejects.toThrow();
});

test('promtool takes the alert rules and the scrape configuration', async () => {
  expect(await promtool(['check', 'rules', 'examples/grafana/alerts.yaml'])).toContain(
    'SUCCESS: 9 rules found',
  );
  expect(await promtool(['check', 'config', '--syntax-only', 'examples/grafana/prometheus.yaml'])).toContain(
    'SUCCESS',
  );
});

describe.each(['alerts.yaml', 'dashboard.json'])('examples/grafana/%s', (file) => {
  test('asks for metrics that there are', () => {
    const asked = readFileSync(`examples/grafana/${file}`, 'utf8').match(/\bholdfast_\w+/g) ?? [];
    const told = new Set(exposition.match(/(?<=^# HELP )\S+/gm));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !told.has(name))).toEqual([]);
  });
});
