"""The pages in a real browser: what people do from beginning to end, by mouse and by keyboard; nothing leaves the machine, and axe finds nothing."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cleanclaim.server.app import make_app
from cleanclaim.server.settings import ServerSettings

EXAMPLES = Path(__file__).parents[2] / "examples"
CHROMIUM = shutil.which("chromium")
SCRIPT = "<script>window.hurt=1</script>"
IMAGE = "<img src=x onerror=window.hurt=1>"
HOSTILE = f"{IMAGE}\"'>"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_SIZE = [
    "color-contrast",
    "scrollable-region-focusable",
    "target-size",
    "label",
    "link-name",
    "button-name",
]
"""What a narrow window and dark colors can change."""
PAGES = (
    "/", "/claim?example=1", "/claim?form=ub-04&example=1", "/batches", "{batch}", "{batch}/correct", "{batch}/claims/0", "{batch}/claims/0/again",
    "{batch}/payments", "/worklist", "{finding}", "/codes", "/codes?q=broken+wrist", "/codes/ICD-10-CM/M54.5",
    "/codes/CPT/99213?beside=E11.22", "/codes/Modifier/25", "/note?example=1", "/denials", "/payers",
    "/payers/cigna", "/audits", "{audit}", "/analysis", "{analysis}", "/learn", "/learn/play", "/edits", "/edits/DX102",
    "/reference", "/reference/changes?before=FY2021&after=FY2027&batch={job}", "/admin", "/admin/audit",
)  # fmt: skip
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium isn't installed"),
    pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning"),  # hccinfhir
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that a browser can reach."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = make_app(ServerSettings(folder=tmp_path_factory.mktemp("browser")))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of somebody's own browser; nothing of it goes elsewhere, and no script is refused or fails."""
    yield from person(browser, address)


@pytest.fixture
def other(browser: Browser, address: str) -> Iterator[Page]:
    """Another person's page."""
    yield from person(browser, address)


def person(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    hosts: set[str] = set()
    told: list[str] = []
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    context.on("console", lambda message: told.append(message.text) if message.type == "error" else None)  # fmt: skip
    context.on("weberror", lambda error: told.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert hosts <= {urlsplit(address).netloc}, "a request left this machine"
    assert [words for words in told if "409" not in words and "422" not in words] == []


@pytest.fixture(scope="module")
def batch(browser: Browser, address: str) -> str:
    """The path of a batch of the example."""
    page = browser.new_page(base_url=address)
    page.goto("/")
    page.get_by_role("button", name="an example of a day at a clinic").click()
    page.wait_for_selector("table.work", timeout=90_000)
    path = urlsplit(page.url).path
    page.close()
    return path


def upload(page: Page, name: str, content: bytes) -> str:
    """Check a file, and wait for its findings; the batch's path."""
    page.goto("/")
    page.get_by_label("Choose a file").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})  # fmt: skip
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("table.work", timeout=45_000)
    return urlsplit(page.url).path


def sheet(number: str) -> bytes:
    """A table with an invented claim whose diagnosis has ended."""
    quoted = number.replace('"', '""')
    return f'claim_id,diagnosis_code_1,procedure_code,from_date,charge_amount,units,diagnosis_pointers,claim_filing_code,payer_name\n"{quoted}",M54.5,97110,2026-05-12,80,1,A,MB,{IMAGE}\n'.encode()


def test_a_file_becomes_a_corrected_file(page: Page) -> None:
    upload(page, "day.837", (EXAMPLES / "clinic-day.837").read_bytes())
    page.get_by_role("link", name="Correct the file").click()
    page.get_by_role("button", name="M54.50", exact=True).click()
    with page.expect_download() as told:
        page.get_by_role("button", name="Download the corrected file").click()
    assert b"HI*ABK:M5450~" in Path(told.value.path()).read_bytes()
    page.get_by_role("button", name="Check the corrected file").click()
    page.wait_for_selector("table.work", timeout=90_000)
    expect(page.locator(".summary-line")).to_contain_text("1 resolved")


def test_a_sheet_becomes_a_worklist_and_is_resolved(page: Page) -> None:
    upload(page, "sheet.csv", sheet("S-1"))
    page.locator("tr", has_text="M54.5 ended").get_by_role("link", name="DX102, open").click()
    page.get_by_label("Comment").fill("changed in our system")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".facts .state")).to_have_text("resolved")
    expect(page.locator(".history")).to_contain_text("changed in our system")
    page.get_by_role("link", name="Worklist").first.click()
    page.get_by_label("Words in a finding").fill("S-1 DX102")
    expect(page.locator("#list")).to_contain_text("No finding fits")
    page.get_by_label("State").select_option("resolved")
    expect(page.locator("table.work")).to_contain_text("S-1")


def test_a_note_becomes_codes(page: Page) -> None:
    page.goto("/note?example=1")
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("link", name=re.compile(r"^E11\.22$")).first.click()
    expect(page.locator("h1").first).to_contain_text("E11.22")


def test_a_remittance_becomes_a_corrected_claim(page: Page, batch: str) -> None:
    page.goto(f"{batch}/payments")
    page.get_by_label("Add a remittance").set_input_files(str(EXAMPLES / "clinic-day.835"))
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name=re.compile("It is CD-019")).click()
    expect(page.locator("main")).to_contain_text("matched to CD-019 by hand")
    page.get_by_role("link", name="correct and resend").first.click()
    page.get_by_role("button", name="M54.59", exact=True).click()
    with page.expect_download() as told:
        page.get_by_role("button", name="Download a replacement").click()
    content = Path(told.value.path()).read_bytes()
    assert b"REF*F8*P26060001~" in content
    assert b"HI*ABK:M5459~" in content


def test_two_people_work_on_one_finding(page: Page, other: Page, batch: str) -> None:
    page.goto(f"{batch}?words=CD-012")
    path = page.locator("a.open").first.get_attribute("href") or ""
    page.goto(path)
    other.goto(path)
    page.get_by_label("Assign to").fill("maria")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".facts")).to_contain_text("maria")
    other.get_by_label("Comment").fill("I called the payer")
    other.get_by_role("button", name="Resolve").click()
    expect(other.get_by_role("alert")).to_contain_text("assignee from none to maria")
    expect(other.locator(".history")).to_contain_text("I called the payer")
    expect(other.locator(".facts .state")).to_have_text("assigned")
    other.get_by_role("button", name="Resolve").click()
    expect(other.locator(".facts .state")).to_have_text("resolved")


def test_a_worklist_is_worked_by_keyboard(page: Page, batch: str) -> None:
    page.goto(f"/worklist?batch={batch.rpartition('/')[2]}&state=open")
    before = page.locator("table.work tbody tr").count()
    page.keyboard.press("/")
    with page.expect_response(lambda answer: "words=CD-0" in answer.url):
        page.keyboard.type("CD-0")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Words in a finding")).to_have_value("CD-0")
    for key in ("j", "j", "k", "x", "j", "x", "a"):
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]")).to_have_text("(2)")
    page.keyboard.press("Control+A")
    page.keyboard.type("keys")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 findings changed")).to_be_visible()
    expect(page.locator("table.work tbody tr")).to_have_count(before - 2)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/worklist/[0-9a-f]{16}$"))
    page.keyboard.press("r")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".facts .state")).to_have_text("resolved")


def test_a_page_is_reached_without_a_mouse(page: Page) -> None:
    page.goto("/claim")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))  # fmt: skip
    assert "claim_filing_code" in seen
    assert "diagnosis_A" in seen


def test_a_claim_is_checked_as_it_is_typed_and_fixed_by_a_click(page: Page) -> None:
    page.goto("/claim?example=1")
    expect(page.locator("#box-diagnosis_A")).to_have_class(re.compile("at-reject"))
    page.get_by_role("button", name="Use M54.59").click()
    expect(page.locator("#found")).not_to_contain_text("M54.5 ended")
    expect(page.locator("#box-diagnosis_A")).not_to_have_class(re.compile("at-reject"))
    page.locator("#diagnosis_C").press_sequentially("broken wrist")
    expect(page.locator("#codes option").first).to_be_attached()
    page.goto("/claim?form=ub-04&example=1")
    expect(page.locator("#box-diagnosis_A")).to_have_class(re.compile("at-reject"))


def test_a_case_is_played_by_keyboard(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("cleanclaim.learn.progress.home", lambda: tmp_path)
    page.goto("/learn/play?topic=icd-cpt")
    page.keyboard.press("1")
    expect(page.get_by_text("(the answer)")).to_be_visible()
    page.get_by_role("link", name="Next case").press("Enter")
    expect(page.locator("[data-choice]").first).to_be_visible()


def test_hostile_names_numbers_and_comments_run_nothing(page: Page) -> None:
    place = upload(page, f"{HOSTILE}.csv", sheet(IMAGE))
    page.get_by_role("link", name="DX102, open").click()
    page.get_by_label("Assign to").fill(HOSTILE)
    page.get_by_label("Comment").fill(f"{SCRIPT}{HOSTILE}")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".comment")).to_have_text(f"{SCRIPT}{HOSTILE}")
    for path in (place, f"{place}/claims/0", f"{place}/report", "/batches", "/worklist", "/audits", "/denials", f"/analysis/{place.rpartition('/')[2]}?least=1"):  # fmt: skip
        page.goto(path)
        assert page.evaluate("window.hurt") is None, path
        assert page.locator("img").count() == 0, path
    page.goto(f"/codes?q={SCRIPT}")
    assert page.evaluate("window.hurt") is None


def test_every_page_is_accessible_wide_and_narrow_light_and_dark(page: Page, batch: str) -> None:
    job = batch.rpartition("/")[2]
    page.goto(f"{batch}?words=CD-001")
    found = page.locator("a.open").first.get_attribute("href") or ""
    page.goto("/audits")
    page.get_by_label("Batch").select_option(job)
    page.get_by_label("Claims", exact=True).fill("2")
    page.get_by_role("button", name="Draw the sample").click()
    audit = urlsplit(page.url).path
    axe, wrong = Axe(), []
    for template in PAGES:
        path = template.format(
            batch=batch, job=job, finding=found, audit=audit, analysis=f"/analysis/{job}"
        )
        page.set_viewport_size({"width": 1600, "height": 900})
        page.emulate_media(color_scheme="light")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        if path.startswith("/claim"):
            page.wait_for_selector(".verdict")
        wrong += [f"{path}: {words}" for words in faults(page, axe, RULES, 1600)]
        page.set_viewport_size({"width": 360, "height": 800})
        page.emulate_media(color_scheme="dark")
        wrong += [f"{path}, narrow and dark: {words}" for words in faults(page, axe, OF_SIZE, 360)]
    assert wrong == []


def faults(page: Page, axe: Axe, rules: list[str], width: int) -> list[str]:
    """What axe says of the page as it is, and whether it is wider than its window."""
    found = axe.run(page, options={"runOnly": rules}).response["violations"]
    wrong = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    is_wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [*wrong, "wider than its window"] if is_wide else wrong
