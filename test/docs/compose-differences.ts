// The table of docs/compose.md on where Holdfast reads a file otherwise than Compose.
import { readFileSync } from 'node:fs';

export interface Difference {
  /** A key of a service, in the flow style of YAML. */
  readonly key: string;
  /** Its value in the document, or `refused`. */
  readonly compose: unknown;
  readonly holdfast: unknown;
}

export function readDifferences(): Difference[] {
  const page = readFileSync(new URL('../../docs/compose.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith('Where a file is read otherwise')) ?? '';
  const rows = section.matchAll(/^\| `([^`]+)` \| (`[^`]+`|refused) \| (`[^`]+`|refused) \| .* \|$/gm);
  return [...rows].map(([, key = '', compose = '', holdfast = '']) => ({
    key,
    compose: cellValue(compose),
    holdfast: cellValue(holdfast),
  }));
}

function cellValue(cell: string): unknown {
  return cell === 'refused' ? cell : JSON.parse(cell.slice(1, -1));
}
