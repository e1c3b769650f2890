"""A client's templates: their styles, header and master are kept, the report's mark is added, faults are one sentence."""

import docx
import pptx
import pytest
from docx.shared import Pt, RGBColor
from pptx.util import Inches

from design_lab.errors import ReportError
from design_lab.report import write_reports


@pytest.fixture
def branding(tmp_path):
    folder = tmp_path / "branding"
    folder.mkdir()
    return folder


def make_document(folder):
    document = docx.Document()
    document.add_paragraph("The client's cover text")
    document.styles["Heading 1"].font.name, document.styles["Heading 1"].font.size = "Georgia", Pt(19)
    document.styles["Heading 1"].font.color.rgb = RGBColor(0x00, 0x66, 0x33)
    document.sections[0].header.paragraphs[0].text = "Example Bank"
    document.sections[0].footer.paragraphs[0].text = "Confidential"
    document.save(folder / "template.docx")


def make_deck(folder, width=13.333):
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(width), Inches(7.5)
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "The client's first slide"
    deck.slide_layouts[5].name = "Example Bank, title only"
    deck.save(folder / "template.pptx")


def write(invented, tmp_path, branding, formats):
    return write_reports(*invented(), langs=("en",), formats=formats, folder=tmp_path, branding=branding)


def test_a_document_takes_styles_header_and_footer_from_the_template(invented, tmp_path, branding):
    make_document(branding)
    write(invented, tmp_path, branding, ("docx",))
    document = docx.Document(tmp_path / "report.en.docx")
    heading = document.styles["Heading 1"].font
    assert (heading.name, heading.size, str(heading.color.rgb)) == ("Georgia", Pt(19), "006633")
    header = [paragraph.text.strip() for paragraph in document.sections[0].header.paragraphs]
    assert header == ["Example Bank", "Synthetic data, for demonstration only"]
    assert [p.text for p in document.sections[0].footer.paragraphs] == ["Confidential"]
    assert "The client's cover text" not in [paragraph.text for paragraph in document.paragraphs]
    assert len([p for p in document.paragraphs if p.style.name == "Heading 1"]) == 28
    assert document.core_properties.author == "design_lab"


def test_slides_take_master_and_layout_from_the_template_and_none_of_its_slides(invented, tmp_path, branding):
    make_deck(branding)
    write(invented, tmp_path, branding, ("pptx",))
    deck = pptx.Presentation(tmp_path / "report.en.pptx")
    assert {slide.slide_layout.name for slide in deck.slides} == {"Example Bank, title only"}
    assert len(deck.slides) == 18
    assert "The client's first slide" not in [slide.shapes.title.text for slide in deck.slides]
    assert len(deck.slide_layouts) == 11


def test_slides_of_another_size_are_refused_with_what_to_choose(invented, tmp_path, branding):
    make_deck(branding, width=10)
    with pytest.raises(ReportError, match=r"branding/template\.pptx: its slides are 10\.00 x 7\.50.*Widescreen"):
        write(invented, tmp_path, branding, ("pptx",))


@pytest.mark.parametrize(("kind", "program"), [("docx", "Word"), ("pptx", "PowerPoint")])
@pytest.mark.parametrize("damage", ["text", "half", "other kind", "broken part"])
def test_a_template_that_cannot_be_opened_is_one_sentence(invented, tmp_path, branding, kind, program, damage):
    make_document(branding)
    make_deck(branding)
    template = branding / f"template.{kind}"
    whole = template.read_bytes()
    if damage == "text":
        template.write_bytes(b"Dear colleague")
    elif damage == "half":
        template.write_bytes(whole[: len(whole) // 2])
    elif damage == "other kind":
        (branding / f"template.{'pptx' if kind == 'docx' else 'docx'}").replace(template)
    else:
        _break(template, {"docx": "word/document.xml", "pptx": "ppt/presentation.xml"}[kind])
    said = rf"^branding/template\.{kind}: cannot be opened as a {program} file; open it in {program} and save it again"
    with pytest.raises(ReportError, match=said):
        write(invented, tmp_path, branding, (kind,))
    assert not list(tmp_path.glob("report.*"))


def _break(path, part):
    import zipfile

    with zipfile.ZipFile(path) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in held.items():
            packed.writestr(name, content[:40] if name == part else content)


@pytest.mark.long
def test_a_format_without_a_template_is_as_it_always_is(invented, tmp_path, branding, written):
    make_document(branding)
    write(invented, tmp_path, branding, ("pptx",))
    assert (tmp_path / "report.en.pptx").read_bytes() == (written()[0] / "report.en.pptx").read_bytes()
