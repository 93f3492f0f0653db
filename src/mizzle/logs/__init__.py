"""Event logs in: CSV, Parquet, Excel, XES and OCEL become one event table; nothing is lost on the way."""
