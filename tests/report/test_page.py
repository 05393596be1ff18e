"""HTML: one file, well formed, everything escaped, nothing fetched."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from cleanclaim.edits.edit import Source
from cleanclaim.report import page
from cleanclaim.report.formats import FORMATS
from cleanclaim.report.result import Report


def html_of(report: Report) -> str:
    return FORMATS["html"].render(report).decode()


VOID = {"meta", "input", "br", "link", "img", "rect"}


class Tree(HTMLParser):
    """What the tests ask of a page: are its tags closed, its headings, ids, texts and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> within {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def has(self, text: str) -> bool:
        return text in " ".join("".join(self.texts).split())


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return html_of(report)


@pytest.mark.parametrize("name", ["report", "file_report"])
def test_it_is_well_formed(name: str, request: pytest.FixtureRequest) -> None:
    tree = Tree(html_of(request.getfixturevalue(name)))
    assert tree.faults == []
    assert tree.open == []
    assert len(set(tree.ids)) == len(tree.ids)


def test_headings_go_down_step_by_step(html: str) -> None:
    levels = Tree(html).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_hostile_claim_number_is_only_text(html: str) -> None:
    assert html.count("<script") == 1
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in html


def test_hostile_findings_are_only_text(report: Report) -> None:
    evil = "\"'><img src=x onerror=alert(1)>"
    columns = ("claim_id", "code", "name", "message", "suggestion", "source", "release", "file")
    findings = report.findings.with_columns(
        *(pl.lit(evil).alias(name) for name in (*columns, "carc", "rarc")),
        pl.lit('{"<b>": "<i>", "n": [1, null, true, {"<u>": 1}]}').alias("evidence"),
        pl.struct(pl.lit(evil).alias(n) for n in ("column", "element", "box", "fhir")).alias(
            "field"
        ),
    )
    gaps = report.not_checked.with_columns(
        *(pl.lit(evil).alias(name) for name in ("code", "reason", "supply"))
    )
    tree = Tree(html_of(replace(report, findings=findings, not_checked=gaps, notes=(evil,))))
    assert tree.faults == []
    assert not [a for a in tree.attributes if a[1].startswith("on") or a[0] in {"img", "u", "i"}]
    assert tree.has("onerror=alert(1)")


def test_nothing_is_fetched(html: str) -> None:
    loads = [
        (t, n) for t, n, v in Tree(html).attributes if n in {"src", "href"} and v != "#findings"
    ]
    assert loads == []
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_allows_its_own_style_and_script_only(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for tag in ("style", "script"):
        text = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert text
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert " style=" not in html


def test_a_finding_says_where_what_and_why(html: str) -> None:
    tree = Tree(html)
    assert tree.has("diagnosis 1, CMS-1500 box 21A, 837 element")
    assert tree.has("M54.5 ended 2021-09-30 and is not valid on 2026-05-12.")
    assert tree.has(
        "Suggestion: Use M54.50 (Low back pain, unspecified), M54.51 (Vertebrogenic low back pain),"
        " M54.59 (Other low back pain) as the record supports."
    )
    assert tree.has("Source: 45 CFR 162.1000")
    assert tree.has("release: ICD-10-CM FY2016-FY2027; CARC 146; RARC M76")
    assert tree.has("use instead")


def test_figures_are_those_of_the_summary(html: str) -> None:
    tree = Tree(html)
    assert tree.has("Without findings")
    assert tree.has("at risk")
    assert tree.has("on 3 claims")


def test_what_was_not_checked_is_told(report: Report, html: str) -> None:
    tree = Tree(html)
    for gap in report.summary["not_checked_by_reason"]:
        assert tree.has(gap["reason"])


def test_an_unread_file_is_told_first(file_report: Report) -> None:
    html = html_of(file_report)
    assert 0 < html.index("Not read") < html.index("Without findings")
    assert Tree(html).has("note.txt")
    assert Tree(html).has("byte ")
    assert Tree(html).has("row 2")


def test_too_many_findings_are_cut_to_the_most_severe(report: Report) -> None:
    wanted = page.MOST_FINDINGS
    hard = report.findings.filter(pl.col("disposition") == "reject").head(1)
    mild = report.findings.filter(pl.col("disposition") == "info").head(1)
    many = pl.concat([mild] * 40 + [hard] * (wanted - 10), rechunk=True)
    html = html_of(replace(report, findings=many))
    assert html.count('<li class="finding"') == wanted
    assert html.count('<li class="finding" data-disposition="reject"') == wanted - 10
    assert Tree(html).has("The 5,000 most severe of 5,030 findings are shown; 30 are not.")


def test_no_finding_is_said_in_words(report: Report) -> None:
    clean = replace(report, findings=report.findings.clear())
    assert Tree(html_of(clean)).has("No findings.")
    none = replace(clean, claims=report.claims.clear())
    assert Tree(html_of(none)).has("No claims were checked.")


def test_only_web_addresses_become_links(report: Report) -> None:
    edit = next(edit for edit in report.edits if edit.code == "DX102")
    for url, linked in (("https://example.org/a?b&c", True), ("javascript:alert(1)", False)):
        source = Source("A book", "page 1", "A publisher", edit.source[0].read, url)
        html = html_of(replace(report, edits=(replace(edit, source=(source,)),)))
        links = [v for t, n, v in Tree(html).attributes if (t, n) == ("a", "href")]
        assert (url in links) == linked
        assert "A book, page 1 (A publisher)" in html
