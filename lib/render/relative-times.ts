// Times in sentences as whoever reads them has them: how long until then or since then, and the clock on the wall.
import { elapsed } from './elapsed.ts';

const AT = /\bat (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/g;

/** `tried at 2026-11-22T14:05:00Z` becomes `tried in 2h 5m (15:05:00)`, in local time; with the date where that is another. */
export function withRelativeTimes(text: string, now: Date): string {
  return text.replace(AT, (whole, at: string) => {
    const ahead = elapsed(now.toISOString(), new Date(at));
    const ago = elapsed(at, now);
    if (ago !== null) return `${ago} ago (${localTime(new Date(at), now)})`;
    return ahead === null ? whole : `in ${ahead} (${localTime(new Date(at), now)})`;
  });
}

function localTime(at: Date, now: Date): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
  const isToday = at.toDateString() === now.toDateString();
  return isToday
    ? time
    : `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())} ${time}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
