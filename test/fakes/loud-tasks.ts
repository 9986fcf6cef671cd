// Tasks that none of may fail: what one rejects with ends the test.
import { Tasks } from '../../lib/failures/tasks.ts';

export const loudTasks = new Tasks((error) => {
  throw error;
});
