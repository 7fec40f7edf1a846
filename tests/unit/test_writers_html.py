"""The HTML writer: one file, readable without script, safe with any text, accessible."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from barriers import find_barriers
from lxml import html
from report_documents import HOSTILE, SAMPLE, every_block, executed, hostile_blocks

from qpm_widgets.reports.blocks import Figure, Heading, Paragraph, Quote, Title, printable
from qpm_widgets.reports.exporters import QpmHTMLExporter
from qpm_widgets.templates import Templates


def write(templates: Templates, blocks: list[Any]) -> str:
    return QpmHTMLExporter(templates=templates).from_notebook_node(executed(blocks))[0]


@pytest.fixture(scope="module")
def page(templates: Templates) -> str:
    return write(templates, every_block())


def test_golden(page: str, golden):
    golden("writers/every_block.html", re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.S))


def test_it_needs_nothing_else(page: str):
    assert "script" not in {element.tag for element in html.fromstring(page).iter()}
    links = re.findall(r"(?:href|src|url|srcset|action)\s*[=(]\s*[\"']?([^\"')\s>]+)", page)
    assert {link.split(":")[0] if not link.startswith("#") else "#" for link in links} <= {"#", "data"}
    assert "default-src 'none'" in page
    assert page.count("@font-face") == 4


def test_landmarks_languages_and_tables(page: str):
    tree = html.fromstring(page)
    assert tree.get("lang") == "en"
    assert [len(tree.findall(f".//{tag}")) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert [quote.get("lang") for quote in tree.iter("blockquote")] == [None, "cy"]
    assert {cell.get("scope") for cell in tree.iter("th")} == {"col", "row"}
    assert all(table.find("caption") is not None for table in tree.iter("table"))
    assert [item.text for item in tree.findall(".//nav//a")] == [
        "Clarity of purpose", "In their own words", "Evidence",
    ]  # fmt: skip


def test_an_original_says_in_which_language_it_is_and_runs_its_way(templates: Templates):
    quotes = [
        Quote("“A!” وہ سنتی ہے۔", "someone", language="ur", rtl=True, translation="She listens."),
        Quote("Ona słucha.", "someone", language="pl"),
    ]
    tree = html.fromstring(write(templates, [Title("T", "", ()), Heading(1, "H"), *quotes]))
    shown = list(tree.iter("blockquote"))
    assert [(one.get("lang"), one.get("dir")) for one in shown] == [("ur", "rtl"), ("pl", None)]
    assert [one.find("p").get("dir") for one in shown] == [None, "auto"]
    assert "She listens." not in shown[0].text_content()


def test_evidence_links_to_its_entry_and_nowhere_else(page: str):
    tree = html.fromstring(page)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = {link.text: link.get("href")[1:] for link in tree.findall(".//span[@class='evidence']/a")}
    assert set(targets) == {"A1.A-CP-1.note", "P1.P-CP-1.quote.1"}  # P9 has no entry: shown, not linked
    for name, target in targets.items():
        assert tree.get_element_by_id(target).find("th").text == name
    assert "P9.P-CP-1.note" in page


def test_without_evidence_no_trace_of_it(templates: Templates):
    page = write(templates, [Title("T", "", ()), Heading(1, "H"), Paragraph("Words.")])
    assert 'class="evidence"' not in page
    assert SAMPLE not in page


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_comes_out_as_text(templates: Templates, name: str):
    text = HOSTILE[name]
    page = write(templates, hostile_blocks(text))
    tree = html.fromstring(page)
    assert not {"script", "img", "w:t", "iframe"} & {str(element.tag) for element in tree.iter()}
    assert not [key for element in tree.iter() for key in element.attrib if key.startswith("on")]
    said = " ".join(tree.find("body").text_content().split())
    for part in filter(str.strip, printable(text).split("\n")):
        assert " ".join(part.split()) in said
    # The running notice of a printed page is CSS: the text must end neither its string nor the style element.
    for sheet in tree.iter("style"):
        assert "alert" not in (sheet.text or "").replace("\\", "") or "</style" not in (sheet.text or "")
    assert len(tree.findall(".//style")) == 1


@pytest.mark.parametrize("text", ["🙂 👩\u200d🦽", "مرحبا بك", "漢字", "שלום"])
def test_every_script_is_kept(templates: Templates, text: str):
    assert text in write(templates, [Title("T", "", ()), Heading(1, "H"), Paragraph(text)])


def test_welsh_document_says_so(templates: Templates):
    page = write(templates, [Title("Adroddiad", "", (), language="cy"), Heading(1, "H"), Paragraph("English.")])
    tree = html.fromstring(page)
    assert tree.get("lang") == "cy"
    assert tree.find(".//main/div").get("lang") == "en"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_fetched(page: str, chromium, tmp_path, scheme: str):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1200, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    requests, complaints = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(path.as_uri())
    assert find_barriers(tab) == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert complaints == []  # the content security policy had nothing to refuse
    assert tab.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"', 'ŵ')")
    context.close()


@pytest.mark.browser
def test_it_fits_a_telephone_and_prints_with_its_notice(page: str, chromium, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    context = chromium.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("main").bounding_box()["width"] <= 320
    tab.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    context.close()
    import pikepdf

    with pikepdf.open(tmp_path / "printed.pdf") as printed:
        assert len(printed.pages) >= 2  # the contents, then the report


def test_figures_with_anything_but_shapes_and_text_are_refused(templates: Templates):
    from qpm_widgets.errors import QpmError

    evil = '<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>'
    with pytest.raises(QpmError) as refused:
        write(templates, [Title("T", "", ()), Figure(evil, "alt", "caption")])
    assert refused.value.code == "REPORT-003"


def test_the_executed_notebook_is_left_as_it_was(templates: Templates):
    notebook = executed(every_block())
    before = nbformat.writes(notebook)
    QpmHTMLExporter(templates=templates).from_notebook_node(notebook)
    assert nbformat.writes(notebook) == before
