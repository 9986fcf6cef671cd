import { Notices } from '../../agent/notices/notices.ts';

/** Notices where a subscriber that throws fails the test: the error reaches the publisher. */
export function loudNotices(): Notices {
  return new Notices((error) => {
    throw error;
  });
}
