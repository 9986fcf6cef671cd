// The schema, as numbered steps in one direction. A step that has been released is never changed.

/** `migrations[n]` takes a database from `user_version` n to n + 1. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE documents (hash TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE accepted (
    deployment TEXT NOT NULL,
    source TEXT NOT NULL,
    revision INTEGER NOT NULL,
    hash TEXT NOT NULL REFERENCES documents (hash),
    PRIMARY KEY (deployment, source)
  ) WITHOUT ROWID;
  CREATE TABLE refusals (deployment TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE records (
    deployment TEXT PRIMARY KEY,
    proven_hash TEXT REFERENCES documents (hash),
    previous_hash TEXT REFERENCES documents (hash),
    body TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE removed (number INTEGER PRIMARY KEY AUTOINCREMENT, deployment TEXT NOT NULL UNIQUE);
  CREATE TABLE pulls (reference TEXT PRIMARY KEY, before_id TEXT) WITHOUT ROWID;
  CREATE TABLE pulled_images (
    reference TEXT NOT NULL,
    image_id TEXT NOT NULL,
    is_superseded INTEGER NOT NULL DEFAULT 0,
    unneeded_ms REAL,
    PRIMARY KEY (reference, image_id)
  ) WITHOUT ROWID;
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    importance INTEGER NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX events_by_importance ON events (importance, seq);
  CREATE TABLE statuses (
    deployment TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    delivered_seq INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE TABLE commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    reply TEXT,
    is_delivered INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // How a document came, where that was not from the fleet.
  'ALTER TABLE accepted ADD COLUMN origin TEXT',
];
