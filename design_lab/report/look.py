"""The report's colours, safe for colour-blind readers and in grey print; text is never told by colour alone."""

INK = "#16243A"
MUTED = "#55606F"
RULE = "#D5DAE1"
PANEL = "#F4F6F9"
ACCENT = "#0B5FA5"
MARK = "#9A3412"

TONES = {
    "paper": "#B3BCC9",
    "effect": "#0B5FA5",
    "up": "#0B5FA5",
    "down": "#E08E0B",
    "front": "#6FA5D6",
    "proposed": "#16243A",
}
CLAIMS = {
    "accounting": "#0B5FA5",
    "association": "#2F6B3A",
    "causal-under-assumptions": "#5B3E99",
    "causal": "#3A2374",
    "scenario": "#8A5A00",
    "unidentified": "#9A3412",
}
VERDICTS = {"pass": "#2F6B3A", "exclusions": "#8A5A00", "refused": "#9A3412"}
_ACTIVE = ("=", "{=", "http:", "https:", "ftp:", "mailto:", "internal:", "external:", "file:")  # in a workbook's cell


def cell_text(label: str) -> str:
    """Return a client's word so that a workbook behind a chart takes it for text, never for a formula or a link.

    >>> cell_text("=HYPERLINK(A1)"), cell_text("Team 1")
    (' =HYPERLINK(A1)', 'Team 1')
    """
    return f" {label}" if label.lower().startswith(_ACTIVE) else label
