"""The report: findings told as a page, on paper and as slides, in English and Chinese, from one content model."""

from __future__ import annotations

from design_lab.report.cover import Cover
from design_lab.report.formats import FORMATS, Written, write_reports
from design_lab.report.story import tell

__all__ = ["FORMATS", "Cover", "Written", "tell", "write_reports"]
