"""Event logs in: CSV, Parquet, Excel, XES and OCEL become one event table; nothing is lost on the way."""

from mizzle.logs.cases import case_events, case_ids_like
from mizzle.logs.importing import Imported, import_log
from mizzle.logs.meaning.mapping import Mapping
from mizzle.logs.meaning.pseudonyms import make_key, read_key
from mizzle.logs.merging import Merged, merge_events
from mizzle.logs.readers import open_reader
from mizzle.logs.store import events_in_memory, is_event_table, open_events

__all__ = [
    "Imported",
    "Mapping",
    "Merged",
    "case_events",
    "case_ids_like",
    "events_in_memory",
    "import_log",
    "is_event_table",
    "make_key",
    "merge_events",
    "open_events",
    "open_reader",
    "read_key",
]
