"""The rules across tables, one module a subject; `ingest.agreement` asks them."""
