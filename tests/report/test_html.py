"""The page: self-contained, strict, accessible, and made of findings only."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.glossary import glossary
from design_lab.report.outline import CHAPTERS


class Page(HTMLParser):
    """Collects the tags, the ids and the visible text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self._hidden = [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag == "style"

    def handle_endtag(self, tag):
        self._hidden -= tag == "style"

    def handle_data(self, data):
        if not self._hidden:
            self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(params=LANGUAGES)
def page(request, variant):
    folder, results, cover = variant
    html = (folder / f"report.{request.param}.html").read_text(encoding="utf-8")
    return html, Page(html), results, cover, request.param


def test_the_page_needs_nothing_from_outside_and_satisfies_its_own_policy(page):
    html, parsed, *_ = page
    assert not re.findall(
        r"https?://(?!www\.w3\.org/)|(?<![a-z:])//[a-z]", re.sub(r"<style>.*?</style>", "", html, flags=re.S)
    )
    assert not re.findall(r"url\((?!#)|@import", html)
    assert not [tag for tag, _ in parsed.tags if tag in ("script", "iframe", "object", "link", "img", "form", "base")]
    assert not [tag for tag, attrs in parsed.tags if "style" in attrs or any(key.startswith("on") for key in attrs)]
    policy = next(attrs["content"] for attrs in parsed.all("meta") if attrs.get("http-equiv"))
    styles = re.findall(r"<style>(.*?)</style>", html, flags=re.S)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode("utf-8")).digest()).decode()
    assert len(styles) == 1
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_ids_are_unique_and_every_link_arrives(page):
    _, parsed, *_ = page
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs[key] for _, attrs in parsed.tags for key in ("href", "xlink:href") if key in attrs]
    assert {link[1:] for link in links} <= set(ids)
    labels = " ".join(attrs.get("aria-labelledby", "") for _, attrs in parsed.tags)
    assert set(labels.split()) <= set(ids)


def test_the_page_is_told_in_one_language_with_one_heading_a_section(page):
    _, parsed, _, _, lang = page
    assert parsed.all("html")[0]["lang"] == {"en": "en-GB", "zh": "zh-CN"}[lang]
    assert len(parsed.all("h1")) == 1
    sections = [attrs["id"] for attrs in parsed.all("section")]
    assert len([attrs for attrs in parsed.all("h3") if attrs.get("class") == "heading"]) == len(sections)
    assert [attrs["id"] for attrs in parsed.all("h2")] == [f"chapter-{key}" for key in CHAPTERS]
    assert {"summary", "purpose", "weights", "candidates", "expected", "conclusions", "limits"} <= {*sections}
    assert all("aria-labelledby" in attrs for attrs in parsed.all("svg"))


def test_synthetic_data_is_marked_on_the_page_and_repeated_in_print(page):
    html, parsed, _, _, lang = page
    assert words(lang).say("report.mark") in "".join(parsed.text)
    print_rules = html[html.index("@media print") :]
    assert ".mark { display: table-header-group; break-inside: avoid;" in print_rules


def test_every_number_on_the_page_stands_in_a_finding(page, numbers_of, allowed_numbers):
    _, parsed, results, cover, lang = page
    text = "".join(parsed.text)
    assert numbers_of(text, results, cover) <= allowed_numbers(results, lang)


def test_every_badge_names_its_claim_and_leads_to_the_finding(page):
    html, _, results, _, lang = page
    badges = re.findall(r'<a class="badge claim-([a-z-]+)" href="#f-([^"]+)"[^>]*>([^<]+)</a>', html)
    assert bool(badges) == bool(results.findings)
    for claim, id, label in badges:
        assert results[id].claim == claim
        assert label == words(lang).say(f"claim.{claim}")
    assert html.count("<dt>") == 6


def test_hostile_titles_stay_text(page):
    html, parsed, _, cover, _ = page
    assert "<script" not in html
    assert "onerror=alert" not in "".join(str(attrs) for _, attrs in parsed.tags)
    if "x" in cover.schemes:
        assert "&lt;" in html
        assert "\u202e" not in html


def test_the_chinese_page_holds_no_english_words_but_names(written):
    folder, results, _ = written()
    text = "".join(Page((folder / "report.zh.html").read_text(encoding="utf-8")).text)
    terms = [term.name["en"] for term in glossary()]  # which stand beside the Chinese ones
    names = (*(f.id for f in results.findings), *(f.source for f in results.findings), *terms)
    for known in sorted(names, key=len, reverse=True):  # an id may begin like another
        text = text.replace(known, " ")
    text = re.sub(r"[a-z_]+\.[A-Za-z0-9_]+(\.\*)?|[a-z_]+\.\*|design-lab verify|2026Q3|2023Q4|RACI", " ", text)
    assert re.findall(r"[A-Za-z]{2,}", text) == []
