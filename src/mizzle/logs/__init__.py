"""Event logs in: CSV, Parquet, Excel, XES and OCEL become one event table; nothing is lost on the way."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
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

lazily(
    __name__,
    {
        "Imported": "importing",
        "Mapping": "meaning.mapping",
        "Merged": "merging",
        "case_events": "cases",
        "case_ids_like": "cases",
        "events_in_memory": "store",
        "import_log": "importing",
        "is_event_table": "store",
        "make_key": "meaning.pseudonyms",
        "merge_events": "merging",
        "open_events": "store",
        "open_reader": "readers",
        "read_key": "meaning.pseudonyms",
    },
)
