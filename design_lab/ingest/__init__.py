"""From a client's files to canonical tables: read by mapping, check every row, build what changed."""

from design_lab.arrivals import Arrivals, FileReport
from design_lab.ingest.check import check
from design_lab.ingest.extracts import database_digests, one_run
from design_lab.ingest.facts import Facts, facts
from design_lab.ingest.people import identify
from design_lab.ingest.private import private
from design_lab.ingest.tables import arrivals, build, table_path

__all__ = [
    "Arrivals",
    "Facts",
    "FileReport",
    "arrivals",
    "build",
    "check",
    "database_digests",
    "facts",
    "identify",
    "one_run",
    "private",
    "table_path",
]
