// The services of a deployment: the table of `holdfast status`. On a phone each row is a block, and says its columns' names.
// Tested in test/agent/doors/page/html/page.test.ts.
import type { ServiceUsage } from '../../../../protocol/reports/events.ts';
import type { Status } from '../../../../protocol/reports/status.ts';
import { describeServiceRow, noteService, SERVICE_COLUMNS } from '../../../words/service-words.ts';
import { type Markup, markup } from './markup.ts';

/** By name; those that the host cannot tell of are not in it. */
export type UsageByService = Readonly<Record<string, ServiceUsage>>;

export function renderServices({ deployment, services }: Status, usage: UsageByService, now: Date): Markup {
  const entries = Object.entries(services);
  if (entries.length === 0) return markup``;
  const heads = SERVICE_COLUMNS.map((name) => markup`<th role="columnheader" scope="col">${name}</th>`);
  const rows = entries.map(([name, service]) =>
    renderRow(describeServiceRow(name, service, { now, usage: usage[name] ?? null })),
  );
  const notes = entries.flatMap(([name, service]) =>
    noteService(`${deployment}/${name}`, service, now).map((note) => markup`<li>${name}: ${note}</li>`),
  );
  // The roles stand there in words, as a table that is laid out as blocks loses its own.
  return markup`<table role="table" aria-label="Services of ${deployment}"><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${rows}</tbody></table>${
    notes.length === 0 ? '' : markup`<ul>${notes}</ul>`
  }`;
}

function renderRow([name = '', ...cells]: readonly string[]): Markup {
  const rest = cells.map((cell, index) => {
    const label = SERVICE_COLUMNS[index + 1] ?? '';
    return markup`<td role="cell" data-label="${label}"${cell === '-' ? markup` class="none"` : ''}>${cell}</td>`;
  });
  return markup`<tr role="row"><th role="rowheader" scope="row">${name}</th>${rest}</tr>`;
}
