"""The database schema, as append-only migrations. Never edit one that has been released: add the next."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from cratedig.store.names import Names

__all__ = ["MIGRATIONS"]

MIGRATIONS = Migrations("cratedig")

FOUNDATION = """
CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,              -- ModelInfo.key: one vector space
    name TEXT NOT NULL,
    dim INTEGER NOT NULL,
    sr INTEGER NOT NULL,
    window_s REAL NOT NULL,
    weights_sha256 TEXT NOT NULL,
    preprocessing TEXT NOT NULL
);
CREATE TABLE library (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    uuid TEXT NOT NULL,
    model_id INTEGER REFERENCES model,     -- the vectors that answer searches
    created_at TEXT NOT NULL
);
CREATE TABLE root (
    path BLOB PRIMARY KEY,                 -- a folder or file the user asked to index
    added_at TEXT NOT NULL
);
CREATE TABLE pack (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL
);
CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,             -- of the decoded samples
    sr INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    peak REAL NOT NULL,                    -- highest absolute sample, full scale = 1
    files_present INTEGER NOT NULL DEFAULT 0,  -- kept true by the triggers below
    added_at TEXT NOT NULL
);
CREATE INDEX content_absent ON content (id) WHERE files_present = 0;
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,             -- os.fsencode(path): a file name need not be text
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    pack_id INTEGER NOT NULL REFERENCES pack,
    content_id INTEGER REFERENCES content,
    error TEXT,                            -- why there is no content
    missing_since TEXT,
    added_at TEXT NOT NULL,
    CHECK ((content_id IS NULL) <> (error IS NULL))
);
CREATE INDEX file_by_content ON file (content_id);
CREATE INDEX file_by_pack ON file (pack_id);
CREATE INDEX file_missing ON file (id) WHERE missing_since IS NOT NULL;
CREATE INDEX file_failed ON file (id) WHERE error IS NOT NULL;
CREATE TABLE segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- also the vector's id in FAISS: never used twice
    content_id INTEGER NOT NULL REFERENCES content ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    vector BLOB NOT NULL                   -- little-endian float16, unit length
);
CREATE INDEX segment_by_model ON segment (model_id);
CREATE INDEX segment_by_content ON segment (content_id, model_id);

CREATE TRIGGER file_added AFTER INSERT ON file BEGIN
    UPDATE content SET files_present = files_present + 1
    WHERE id = NEW.content_id AND NEW.missing_since IS NULL;
END;
CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN
    UPDATE content SET files_present = files_present - 1
    WHERE id = OLD.content_id AND OLD.missing_since IS NULL;
END;
CREATE TRIGGER file_changed AFTER UPDATE OF content_id, missing_since ON file BEGIN
    UPDATE content SET files_present = files_present - 1
    WHERE id = OLD.content_id AND OLD.missing_since IS NULL;
    UPDATE content SET files_present = files_present + 1
    WHERE id = NEW.content_id AND NEW.missing_since IS NULL;
END;
"""

ANALYSIS = """
CREATE TABLE analysis (
    content_id INTEGER PRIMARY KEY REFERENCES content ON DELETE CASCADE,
    version INTEGER NOT NULL,              -- of the analysers; an older one is measured again
    kind TEXT NOT NULL, kind_source TEXT NOT NULL, kind_confidence REAL NOT NULL,
    bpm REAL, bpm_alternative REAL, bpm_source TEXT, bpm_confidence REAL,
    key TEXT, key_source TEXT, key_confidence REAL,
    root_hz REAL, root_midi INTEGER, root_cents REAL, root_source TEXT, root_confidence REAL,
    lufs REAL NOT NULL, true_peak_db REAL NOT NULL,
    onsets TEXT NOT NULL,                  -- JSON array of seconds
    brightness REAL NOT NULL, warmth REAL NOT NULL, noisiness REAL NOT NULL, tonality REAL NOT NULL,
    attack REAL NOT NULL, punch REAL NOT NULL, decay REAL NOT NULL, boominess REAL NOT NULL, roughness REAL NOT NULL,
    width REAL NOT NULL, reverberance REAL NOT NULL, density REAL NOT NULL
);
CREATE TABLE picture (                     -- apart from analysis, so that filters read short rows
    content_id INTEGER PRIMARY KEY REFERENCES content ON DELETE CASCADE,
    waveform BLOB NOT NULL                 -- cratedig.analysis.waveform.pack
);
CREATE TABLE scale (                       -- percentiles of this library, so that "bright" is relative to it
    descriptor TEXT NOT NULL,
    percent INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (descriptor, percent)
) WITHOUT ROWID;
"""

USER_DATA = """
-- Rows that a user made. They hang on content.hash, not content.id: they outlive `forget` and come back with the sound.
CREATE TABLE favourite (
    content TEXT PRIMARY KEY,
    made_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE collected (                   -- a collection exists while something is in it
    collection TEXT NOT NULL,
    content TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (collection, content)
) WITHOUT ROWID;
CREATE INDEX collected_by_content ON collected (content);
CREATE TABLE verdict (                     -- on a tag, proposed or not
    content TEXT NOT NULL,
    term TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'rejected')),
    made_at TEXT NOT NULL,
    PRIMARY KEY (content, term)
) WITHOUT ROWID;
CREATE INDEX verdict_by_term ON verdict (term);
CREATE TABLE tempo (                       -- in place of the measured one
    content TEXT PRIMARY KEY,
    bpm REAL NOT NULL CHECK (bpm > 0),
    made_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE used (
    content TEXT NOT NULL,
    project TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (content, project)
) WITHOUT ROWID;
CREATE TABLE licence_note (                -- in place of what the pack's files say
    content TEXT PRIMARY KEY,
    licence TEXT NOT NULL,
    made_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE saved_search (
    name TEXT PRIMARY KEY,
    line TEXT NOT NULL,
    made_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE asked (                       -- the query history of the app
    id INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    asked_at TEXT NOT NULL
);
CREATE TABLE step (                        -- one thing a user did, for undo
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    made_at TEXT NOT NULL
);
CREATE TABLE edit (                        -- one row that a step changed
    id INTEGER PRIMARY KEY,
    step_id INTEGER NOT NULL REFERENCES step ON DELETE CASCADE,
    of_table TEXT NOT NULL,
    row_key TEXT NOT NULL,                 -- JSON array
    before TEXT                            -- JSON object; NULL when there was no such row
);
CREATE INDEX edit_by_step ON edit (step_id);
"""

TAGS = """
CREATE TABLE proposal (                    -- computed again whenever vectors, measures or verdicts change
    content_id INTEGER NOT NULL REFERENCES content ON DELETE CASCADE,
    term TEXT NOT NULL,
    source TEXT NOT NULL,                  -- heard, measured, path, pack
    score REAL NOT NULL,                   -- calibrated, 0 to 1
    sure INTEGER NOT NULL,                 -- above its term's threshold: counts as a tag unless rejected
    PRIMARY KEY (content_id, term, source)
) WITHOUT ROWID;
CREATE INDEX proposal_by_term ON proposal (term, content_id) WHERE sure;
CREATE TABLE tagged (                      -- what the proposals of a content rest on; no row: they are to be made again
    content_id INTEGER PRIMARY KEY REFERENCES content ON DELETE CASCADE,
    basis TEXT NOT NULL
);
CREATE TRIGGER file_to_tag AFTER INSERT ON file BEGIN
    DELETE FROM tagged WHERE content_id = NEW.content_id;
END;
CREATE TRIGGER renamed_to_tag AFTER UPDATE OF path, content_id, missing_since ON file
WHEN OLD.path <> NEW.path OR OLD.content_id IS NOT NEW.content_id OR OLD.missing_since IS NOT NEW.missing_since BEGIN
    DELETE FROM tagged WHERE content_id IN (OLD.content_id, NEW.content_id);
END;
CREATE TRIGGER segment_to_tag AFTER INSERT ON segment BEGIN
    DELETE FROM tagged WHERE content_id = NEW.content_id;
END;
CREATE TRIGGER analysis_to_tag AFTER INSERT ON analysis BEGIN
    DELETE FROM tagged WHERE content_id = NEW.content_id;
END;
CREATE TABLE licence (                     -- what a pack's own files say; see cratedig.store.licences
    pack_id INTEGER PRIMARY KEY REFERENCES pack ON DELETE CASCADE,
    licence TEXT NOT NULL,                 -- class: nc, other, cc-by, royalty-free, cc0, own, unknown
    name TEXT,                             -- as its author calls it: CC-BY-SA-4.0, MIT
    title TEXT,                            -- of the pack
    vendor TEXT,
    credit_needed INTEGER NOT NULL,
    share_alike INTEGER NOT NULL,
    non_commercial INTEGER NOT NULL,
    no_isolated_use INTEGER NOT NULL,
    no_ai_use INTEGER NOT NULL,
    evidence TEXT NOT NULL,                -- JSON array of {path, sha256, licence, says}
    seen TEXT NOT NULL                     -- sizes and times of what was read: unchanged, it is not read again
);
"""

MAP = """
CREATE TABLE place (                       -- of a content on the map
    content_id INTEGER PRIMARY KEY REFERENCES content ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
    x REAL NOT NULL,
    y REAL NOT NULL,
    drawn INTEGER NOT NULL                 -- computed with the whole map, not put among its neighbours later
);
"""

NAMES = """
CREATE VIRTUAL TABLE names USING fts5 (words);     -- by file.id: cratedig.store.names.words_of
CREATE VIRTUAL TABLE name_words USING fts5vocab (names, row);
CREATE TRIGGER file_unnamed AFTER DELETE ON file BEGIN
    DELETE FROM names WHERE rowid = OLD.id;
END;
-- Raised by every transaction that changes what is known of sounds, so that a reader knows what it holds is old.
ALTER TABLE library ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
"""

BESIDE = """
ALTER TABLE model ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;  -- kept up to date though another answers searches
"""

LESSONS = """
CREATE TABLE lesson (                      -- what proposals were taught when they were made
    term TEXT PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
    packed BLOB NOT NULL                   -- cratedig.tags.ear.Lesson.packed
) WITHOUT ROWID;
CREATE TRIGGER verdict_to_tag AFTER INSERT ON verdict BEGIN
    DELETE FROM tagged WHERE content_id = (SELECT id FROM content WHERE hash = NEW.content);
END;
CREATE TRIGGER no_verdict_to_tag AFTER DELETE ON verdict BEGIN
    DELETE FROM tagged WHERE content_id = (SELECT id FROM content WHERE hash = OLD.content);
END;
"""


@MIGRATIONS(name="foundation")  # type: ignore[untyped-decorator]
def foundation(db: Database) -> None:
    """Content, sample files, segments, packs and the library's model."""
    for statement in _statements(FOUNDATION):
        db.execute(statement)
    db.execute("INSERT INTO library (id, uuid, created_at) VALUES (1, lower(hex(randomblob(16))), datetime('now'))")


@MIGRATIONS(name="analysis")  # type: ignore[untyped-decorator]
def analysis(db: Database) -> None:
    """What is measured about each content, and its drawn waveform."""
    for statement in _statements(ANALYSIS):
        db.execute(statement)


@MIGRATIONS(name="user_data")  # type: ignore[untyped-decorator]
def user_data(db: Database) -> None:
    """What a user decides about sounds, and the steps to undo it."""
    for statement in _statements(USER_DATA):
        db.execute(statement)


@MIGRATIONS(name="tags")  # type: ignore[untyped-decorator]
def tags(db: Database) -> None:
    """Proposed tags, and the licence evidence of packs."""
    for statement in _statements(TAGS):
        db.execute(statement)


@MIGRATIONS(name="map")  # type: ignore[untyped-decorator]
def map_(db: Database) -> None:
    """Where each content lies on the map."""
    for statement in _statements(MAP):
        db.execute(statement)


@MIGRATIONS(name="names")  # type: ignore[untyped-decorator]
def names(db: Database) -> None:
    """Words of file and pack names, for search by name."""
    for statement in _statements(NAMES):
        db.execute(statement)
    for file_id, path, pack in db.execute("SELECT f.id, f.path, p.path FROM file f JOIN pack p ON p.id = f.pack_id"):
        Names(db.conn).save(file_id, path, pack)


@MIGRATIONS(name="beside")  # type: ignore[untyped-decorator]
def beside(db: Database) -> None:
    """Models whose vectors are kept beside those of the library's own."""
    for statement in _statements(BESIDE):
        db.execute(statement)


@MIGRATIONS(name="lessons")  # type: ignore[untyped-decorator]
def lessons(db: Database) -> None:
    """What corrections had taught when proposals were made, so that another correction changes no more than it must."""
    for statement in _statements(LESSONS):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """Split a script: `executescript` would commit the migration's transaction."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
