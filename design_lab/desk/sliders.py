"""The explorer's sliders in a notebook: widgets that show an `Explorer` and move it, and compute nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from design_lab.catalogue import words
from design_lab.catalogue.words import dimension_in
from design_lab.desk.explorer import STEP, Explorer, told
from design_lab.errors import DesignLabError


def sliders(explorer: Explorer, lang: str, name: str) -> Any:
    """Return the sliders, what they do, and a line to save the scheme, `name` being offered for it."""
    import ipywidgets as w

    say = words(lang).say
    own = explorer.study.settings.dimensions if explorer.study else {}
    names = {key: dimension_in(key, lang, own) for key in [*explorer.weights, "rules"]}
    slides = {
        key: w.IntSlider(
            value, 0, 100, STEP, description=names[key], continuous_update=False, style={"description_width": "12em"}
        )
        for key, value in explorer.weights.items()
    }
    shown = w.HTML()
    shown.add_class("explored")
    moving: list[str] = []

    def refresh() -> None:
        from html import escape

        moving.append("all")
        for key, slide in slides.items():
            slide.value = explorer.weights[key]
        moving.clear()
        shown.value = f"<pre>{escape(told(explorer.summary(), names, lang))}</pre>"

    def moved(key: str, value: int) -> None:
        if not moving:
            explorer.move(key, value)
            refresh()

    for key, slide in slides.items():
        slide.observe(lambda change, key=key: moved(key, change["new"]), names="value")
    folder, called = w.Text(placeholder=say("explorer.folder")), w.Text(name)
    button, answer = w.Button(description=say("explorer.save")), w.Label()

    def save(_: Any) -> None:
        try:
            if not folder.value.strip():
                answer.value = say("explorer.folder")
                return
            answer.value = str(explorer.save(Path(folder.value.strip()), called.value.strip()))
        except DesignLabError as refusal:
            answer.value = str(refusal)

    button.on_click(save)
    refresh()
    return w.VBox([*slides.values(), shown, w.HBox([folder, called, button]), answer])
