// Byte sizes as Compose writes them (`256M`, `1.5gb`, `512MiB`, `4096`): the units are powers of 1024.
const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** What a byte size looks like; the same pattern stands in the published JSON Schema. */
export const BYTE_SIZE_PATTERN = /^\d+(?:\.\d+)?\s?(?:[bB]|[kKmMgGtT][iI]?[bB]?)?$/;

/** Whole bytes of a size (`256M` → 268435456), or `null` when it is none or past 2^53. */
export function parseByteSize(text: string): number | null {
  if (text.length > 40 || !BYTE_SIZE_PATTERN.test(text)) return null;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s?([a-z]?)i?b?$/.exec(text.toLowerCase()) ?? [];
  const bytes = Math.floor(Number(amount) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** For people: `268435456` → `256.0 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
