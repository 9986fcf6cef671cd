// The rows that remember what the agent's own pulls brought.
// Tested in test/agent/store/sqlite-store.test.ts.
import type { PulledImage } from '../model/pulled-image.ts';
import type { SqlDatabase } from './database.ts';
import { inTransaction } from './rows.ts';

interface Row {
  readonly reference: string;
  readonly image_id: string;
  readonly is_superseded: number;
  readonly unneeded_ms: number | null;
}

export class ImageRows {
  readonly #db: SqlDatabase;

  constructor(db: SqlDatabase) {
    this.#db = db;
  }

  beginPull(reference: string, beforeId: string | null): void {
    this.#db.run(
      'INSERT INTO pulls (reference, before_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      reference,
      beforeId,
    );
  }

  openPulls(): string[] {
    return this.#db
      .all<{ reference: string }>('SELECT reference FROM pulls ORDER BY reference')
      .map(({ reference }) => reference);
  }

  endPull(reference: string, imageId: string | null): void {
    inTransaction(this.#db, () => this.#endPull(reference, imageId));
  }

  #endPull(reference: string, imageId: string | null): void {
    const [open] = this.#db.all<{ before_id: string | null }>(
      'SELECT before_id FROM pulls WHERE reference = ?',
      reference,
    );
    this.#db.run('DELETE FROM pulls WHERE reference = ?', reference);
    if (open === undefined || imageId === null || imageId === open.before_id) return;
    this.#db.run(
      'UPDATE pulled_images SET is_superseded = 1 WHERE reference = ? AND image_id <> ?',
      reference,
      imageId,
    );
    this.#db.run(
      'INSERT INTO pulled_images (reference, image_id) VALUES (?, ?) ' +
        'ON CONFLICT (reference, image_id) DO UPDATE SET is_superseded = 0, unneeded_ms = NULL',
      reference,
      imageId,
    );
  }

  pulledImages(): PulledImage[] {
    const rows = this.#db.all<Row>(
      'SELECT reference, image_id, is_superseded, unneeded_ms FROM pulled_images ORDER BY reference, image_id',
    );
    return rows.map(({ reference, image_id, is_superseded, unneeded_ms }) => ({
      reference,
      imageId: image_id,
      isSuperseded: is_superseded === 1,
      unneededMs: unneeded_ms,
    }));
  }

  writeImageAges(images: readonly PulledImage[]): void {
    inTransaction(this.#db, () => {
      for (const image of images) this.#writeImageAge(image);
    });
  }

  /** Writes only what changes: on most looks nothing does. */
  #writeImageAge({ reference, imageId, unneededMs }: PulledImage): void {
    this.#db.run(
      'UPDATE pulled_images SET unneeded_ms = ? WHERE reference = ? AND image_id = ? AND unneeded_ms IS NOT ?',
      unneededMs,
      reference,
      imageId,
      unneededMs,
    );
  }

  forgetImage({ reference, imageId }: PulledImage): void {
    this.#db.run('DELETE FROM pulled_images WHERE reference = ? AND image_id = ?', reference, imageId);
  }
}
