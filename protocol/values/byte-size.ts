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

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** For people: `268435456` → `256.0 MiB`. */
export function formatBytes(bytes: number): string {
  const unit = unitOf(bytes);
  const size = bytes / 1024 ** unit;
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}

/** For a narrow column, both in the unit of the whole: `84934656` of `268435456` → `81/256 MiB`. */
export function formatShare(part: number, whole: number): string {
  const unit = unitOf(whole);
  const round = (bytes: number): number => {
    const size = bytes / 1024 ** unit;
    return Number(size.toFixed(size < 10 ? 1 : 0));
  };
  return `${round(part)}/${round(whole)} ${UNITS[unit]}`;
}

/** The largest of which there is one at least. */
function unitOf(bytes: number): number {
  const unit = UNITS.findIndex((_, index) => bytes < 1024 ** (index + 1));
  return unit === -1 ? UNITS.length - 1 : unit;
}
