"""Where a scheme's weights come from, as a block of its file. It decides no score."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from design_lab.rulebook import Count, Number, Record

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
EVERYBODY = "all"  # the weights of those whose role has none of its own


class Provenance(Record):
    """By which method weights were made, from what, and how they were rounded to what can be said aloud.

    `unrounded` and `rounded` are weights in percent by dimension, by role or `all`; `step` to which they are rounded;
    `made_from` the SHA-256 of each input; `details` what the method adds, such as its consistency ratio.
    """

    method: str
    quarter: str | None = None
    made_from: dict[str, Digest] = Field({})
    step: Count | None = None
    unrounded: dict[str, dict[str, Number]] = Field({})
    rounded: dict[str, dict[str, Number]] = Field({})
    details: dict[str, str | Number] = Field({})
