"""The consultant's words: read from `narrative/<chapter>.<lang>.md`, filled from findings, kept under review."""
