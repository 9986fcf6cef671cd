// The services of a deployment: a table of what can be compared, then a line for each thing to know.
// Tested in test/agent/cli/render/status.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { alignColumns } from '../../../lib/render/table.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import type { ServiceUsage } from '../../../protocol/reports/events.ts';
import type { ServiceStatus, Status } from '../../../protocol/reports/status.ts';
import {
  describeServiceLine,
  describeServiceRow,
  noteService,
  SERVICE_COLUMNS,
} from '../../words/service-words.ts';

const TABLE = { elastic: [0, 3], rightAligned: [4] };
const INDENT = '  ';
/** The table has eight columns, and only two of them can be shortened. */
const MIN_TABLE = 80;

/** By name; those that the host cannot tell of are not in it. */
export type UsageByService = Readonly<Record<string, ServiceUsage>>;

export function renderServices(
  { deployment, services }: Status,
  usage: UsageByService,
  view: View,
): string[] {
  const entries = Object.entries(services);
  if (entries.length === 0) return [];
  const notes = entries.flatMap(([name, service]) =>
    noteService(`${deployment}/${name}`, service, view.now).map((note) => `${name}: ${note}`),
  );
  const isNarrow = view.columns !== null && view.columns < MIN_TABLE;
  return [
    ...(isNarrow ? listServices : tabulateServices)(entries, usage, view),
    ...notes.flatMap((note) => wrap(note, INDENT.length, view.columns)),
  ];
}

type Entries = readonly (readonly [name: string, service: ServiceStatus])[];

function tabulateServices(entries: Entries, usage: UsageByService, { now, columns }: View): string[] {
  const rows = entries.map(([name, service]) =>
    describeServiceRow(name, service, { now, usage: usage[name] ?? null }),
  );
  const width = columns === null ? null : columns - INDENT.length;
  return alignColumns([SERVICE_COLUMNS, ...rows], { ...TABLE, columns: width }).map((line) => INDENT + line);
}

function listServices(entries: Entries, usage: UsageByService, { now, columns }: View): string[] {
  return entries.flatMap(([name, service]) =>
    wrap(describeServiceLine(name, service, { now, usage: usage[name] ?? null }), INDENT.length, columns),
  );
}
