"""Tables: CSV and its kin, Excel, Parquet."""
