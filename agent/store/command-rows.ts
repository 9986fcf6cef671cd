// Commands, by their ids, and the answers that wait to be delivered.
// Tested in test/agent/store/sqlite-store.test.ts.
import { REPLY_SCHEMA, type Reply, replySchema } from '../../protocol/operations/command.ts';
import type { SqlDatabase } from './database.ts';
import { inTransaction } from './rows.ts';
import { isOfShape } from './stored-shape.ts';

/** A command that comes again after so many others would be carried out again. */
const MAX_COMMANDS = 1000;

export class CommandRows {
  readonly #db: SqlDatabase;

  constructor(db: SqlDatabase) {
    this.#db = db;
  }

  beginCommand(id: string): boolean {
    return inTransaction(this.#db, () => {
      const { changes, lastRowId } = this.#db.run(
        // Not left to a conflict, which uses up a number and so writes.
        'INSERT INTO commands (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM commands WHERE id = ?)',
        id,
        id,
      );
      if (changes > 0) this.#db.run('DELETE FROM commands WHERE number <= ?', lastRowId - MAX_COMMANDS);
      return changes > 0;
    });
  }

  answerCommand(reply: Reply): void {
    this.#db.run(
      'INSERT INTO commands (id, reply) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET reply = excluded.reply, is_delivered = 0',
      reply.id,
      JSON.stringify(reply),
    );
  }

  unansweredCommands(): string[] {
    return this.#db
      .all<{ id: string }>('SELECT id FROM commands WHERE reply IS NULL ORDER BY number')
      .map(({ id }) => id);
  }

  pendingReplies(): Reply[] {
    const rows = this.#db.all<{ id: string; reply: string }>(
      'SELECT id, reply FROM commands WHERE reply IS NOT NULL AND is_delivered = 0 ORDER BY number LIMIT 100',
    );
    return rows.map(({ id, reply }) => {
      const value: unknown = JSON.parse(reply);
      return isOfShape(replySchema, value) ? value : unreadable(id);
    });
  }

  markReplyDelivered(id: string): void {
    this.#db.run('UPDATE commands SET is_delivered = 1 WHERE id = ? AND is_delivered = 0', id);
  }
}

/** An asker waits for an answer, and those behind it for their turn. */
function unreadable(id: string): Reply {
  const message = 'the agent that carried this out stored an answer that this one cannot read';
  return { schema: REPLY_SCHEMA, id, status: 'failed', code: 'reply_unreadable', message };
}
