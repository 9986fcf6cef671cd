// The services of a deployment: a table of what can be compared, then a line for each thing to know.
// Tested in test/agent/cli/render/status.test.ts.
import { alignColumns } from '../../../lib/render/table.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { describeServiceRow, noteService, SERVICE_COLUMNS } from '../../words/service-words.ts';
import type { View } from './view.ts';

const TABLE = { elastic: [0, 3], rightAligned: [4] };
const INDENT = '  ';
export function renderServices({ services }: Status, view: View): string[] {
  const entries = Object.entries(services);
  if (entries.length === 0) return [];
  const rows = entries.map(([name, service]) => describeServiceRow(name, service, view.now));
  const columns = view.columns === null ? null : view.columns - INDENT.length;
  const notes = entries.flatMap(([name, service]) =>
    noteService(service, view.now).map((note) => `${name}: ${note}`),
  );
  return [
    ...alignColumns([SERVICE_COLUMNS, ...rows], { ...TABLE, columns }).map((line) => INDENT + line),
    ...notes.flatMap((note) => wrap(note, INDENT.length, view.columns)),
  ];
}
