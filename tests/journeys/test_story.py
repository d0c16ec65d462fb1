"""The story: two founding texts, and one decision from the agenda to its closing, as five people see it."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from krat.demo.accounts import INSTITUTIONS
from krat.demo.founding import DURRES, GJIROKASTER, UNITS_OF_GJIROKASTER
from meetings.models import Attendance
from tests.journeys.steps import (
    COORDINATOR,
    EDUCATION,
    ELSEWHERE,
    PREFECT,
    confirm,
    file_meeting,
    follow,
    goes,
    open_item,
    press,
    say,
    sign_in,
    text_of,
)

People = Callable[..., Page]
SHORT = {place.code: place.short_name for place in INSTITUTIONS}
FULL = {place.code: place.name for place in INSTITUTIONS}
PRESENT = Attendance.Status.PRESENT.label


def founding_meeting(page: Page, day: str) -> None:
    """Open the meeting of a day from the list."""
    page.goto(f"/meetings/?year={day[-4:]}")
    row = page.locator("tbody tr", has_text=day)
    expect(row).to_have_count(1)
    with page.expect_navigation():
        row.get_by_role("link").click()


def as_it_stands(page: Page) -> Locator:
    """The decisions with their tasks of today, beside the paper that does not change any more."""
    return page.locator(".decision", has=page.locator(".decision-tasks"))


def test_the_founding_meeting_of_durres(window: Callable[..., Page]) -> None:
    """The General Coordinator signs in and finds the meeting of 27.10.2020 whole."""
    page = window()
    sign_in(page, COORDINATOR)
    founding_meeting(page, "27.10.2020")
    words = text_of(page)
    for title, said in DURRES.items:
        assert title in words
        assert said[:60] in words
    attendance = page.locator("section", has=page.get_by_role("heading", name=say("Attendance"), exact=True))
    rows = attendance.locator("tbody tr")
    expect(rows).to_have_count(len(DURRES.present))
    for code in DURRES.present:
        expect(rows.filter(has_text=FULL[code]).first).to_contain_text(say(str(PRESENT)))
    decision = as_it_stands(page)
    expect(decision).to_have_count(1)
    assert DURRES.charges[0].text[:80] in words
    tasks = decision.locator(".decision-tasks li")
    expect(tasks).to_have_count(1)
    with page.expect_navigation():
        tasks.get_by_role("link", name=SHORT["AL-02-PREF"]).click()
    assert "/tasks/" in page.url
    assert SHORT["AL-02-ZVA"] in text_of(page)


def test_the_founding_meeting_of_gjirokaster(person: People) -> None:
    """Each of the three things the Prefect asked is a task of each of the seven child protection units."""
    page = person(ELSEWHERE)
    founding_meeting(page, "26.04.2022")
    decisions = as_it_stands(page)
    expect(decisions).to_have_count(len(GJIROKASTER.charges))
    paper = page.locator(".decision", has_not=page.locator(".decision-tasks"))
    for at, charge in enumerate(GJIROKASTER.charges[:3]):
        expect(paper.nth(at)).to_contain_text(charge.text[:50])
        tasks = decisions.nth(at).locator(".decision-tasks li")
        expect(tasks).to_have_count(7)
        leads = tasks.get_by_role("link").all_inner_texts()
        assert sorted(leads) == sorted(SHORT[code] for code in UNITS_OF_GJIROKASTER)


DECISION = "Të sigurohet transporti i nxënësve nga dy fshatra të largëta deri në shkollë."
SAID = "Zyra Vendore e Arsimit paraqiti numrat e muajit. Kërkohet transport për dy fshatra."


def test_a_decision_from_the_agenda_to_its_closing(person: People) -> None:
    """File, open, record, minute, decide; report, say done; verify; close at the next meeting."""
    coordinator = person(COORDINATOR)
    today = timezone.localdate()

    # A new meeting, held today.
    meeting = file_meeting(coordinator, today, ["Hapja e mbledhjes", "Transporti i nxënësve"])
    press(coordinator, "Open the meeting")
    assert "/meetings/items/" in coordinator.url
    coordinator.goto(meeting)

    # Who is there: everybody. Each is saved by itself, one stays where one is, and the quorum follows.
    item = open_item(coordinator, meeting, "Transporti i nxënësve")
    coordinator.get_by_role("button", name=say("All took part")).click()
    expect(coordinator.locator("[data-quorum] .badge-done")).to_be_visible()
    assert coordinator.url == item
    row = coordinator.locator("fieldset.attend", has_text=SHORT["AL-02-ZVA"])
    row.locator('input[value="substitute"]').check()
    row.locator('input[type="text"]').fill("shefe e sektorit")
    row.locator('input[type="text"]').blur()
    expect(coordinator.locator('[data-attendance-state][data-is="saved"]')).to_be_visible()

    # The minutes save themselves; a reload brings the draft back.
    coordinator.locator("#id_discussion").fill(SAID)
    expect(coordinator.locator('[data-save-state][data-is="saved"]')).to_be_visible()
    coordinator.reload()
    expect(coordinator.locator("#id_discussion")).to_have_value(SAID)
    expect(row.locator('input[value="substitute"]')).to_be_checked()
    expect(row.locator('input[type="text"]')).to_have_value("shefe e sektorit")

    # A decision that charges the education office, saved with what was said.
    coordinator.locator("#id_text").fill(DECISION)
    coordinator.locator("#id_lead").select_option(label=option(coordinator, "#id_lead", SHORT["AL-02-ZVA"]))
    coordinator.locator("#id_due_on").fill(today.isoformat())
    press(coordinator, "Save")
    expect(coordinator.locator(".decision", has_text=DECISION)).to_be_visible()
    coordinator.goto(meeting)
    assert SAID in text_of(coordinator)
    confirm(coordinator, "Close the meeting")

    # The education office sees it first on its home page.
    education = person(EDUCATION)
    lines = education.locator("#waiting li.waits")
    mine = lines.filter(has_text=DECISION[:40])
    expect(mine).to_have_count(1)
    before = [line for line in lines.all() if line.bounding_box()["y"] < mine.bounding_box()["y"]]
    same_day = mine.locator(".badge-due").inner_text()
    above = [line for line in before if not line.locator(".badge-late").count()]
    assert all(line.locator(".badge-due").inner_text() == same_day for line in above), "only what is more urgent"
    with education.expect_navigation():
        mine.get_by_role("link").click()
    task = education.url
    follow(education, "Report progress")
    education.locator("#id_note").fill("U bisedua me të dyja bashkitë për transportin.")
    press(education, "Report progress")
    assert "U bisedua me të dyja bashkitë" in text_of(education)
    follow(education, "Say done")
    education.locator("#id_note").fill("Transporti nisi sot për të dy fshatrat.")
    press(education, "Say done")
    assert "Transporti nisi sot" in text_of(education)
    assert goes(education, f"{task}verify/").status == 403, "nobody verifies their own work"

    # The coordinator finds it on the home page and verifies it.
    coordinator.goto("/")
    waiting = coordinator.locator("#waiting").get_by_role("link").filter(has_text=DECISION[:40])
    with coordinator.expect_navigation():
        waiting.first.click()
    follow(coordinator, "Verify")
    press(coordinator, "Verify")
    assert "/tasks/" in coordinator.url

    # It stands on the next meeting's agenda by itself, until the body closes it.
    following = file_meeting(coordinator, today, ["Hapja e mbledhjes"])
    expect(coordinator.locator(".decision", has_text=DECISION)).to_be_visible()
    press(coordinator, "Open the meeting")
    open_item(coordinator, following, say("Follow-up of decisions"))
    returning = coordinator.locator(".decision", has_text=DECISION)
    with coordinator.expect_navigation():
        returning.locator('a[href*="/review/"]').click()
    coordinator.locator('input[name="outcome"][value="closed"]').check()
    press(coordinator, "Record what was found")
    expect(coordinator.locator(".decision", has_text=DECISION).locator(".badge-done").first).to_be_visible()
    last = file_meeting(coordinator, today, ["Hapja e mbledhjes"])
    assert goes(coordinator, last).ok
    expect(coordinator.locator(".decision", has_text=DECISION)).to_have_count(0)


def option(page: Page, control: str, part: str) -> str:
    """The one choice of a list that holds these letters."""
    found = [words for words in page.locator(f"{control} option").all_inner_texts() if part in words]
    assert len(found) == 1, found
    return found[0]


# --- Others, and elsewhere ----------------------------------------------------------------------------------


def test_the_prefect_sees_who_is_late_and_the_plan(person: People) -> None:
    """Meetings, decisions, who is late, the plan."""
    page = person(PREFECT)
    assert page.locator("main table tbody tr").count() > 3, "tasks by institution"
    assert page.locator("main table .badge-late").count() > 0, "who is late"
    founding_meeting(page, "27.10.2020")
    assert goes(page, "/meetings/decisions/").ok
    assert page.locator(".decision").count() > 3
    assert goes(page, "/tasks/?whose=all&state=late").ok
    rows = page.locator("tbody tr")
    assert rows.count() > 0
    expect(rows.filter(has=page.locator(".badge-due.badge-late"))).to_have_count(rows.count())
    assert goes(page, "/plan/").ok
    assert "1.1.1" in text_of(page)


def test_border_police_sees_its_own_and_the_committee(person: People) -> None:
    """Own tasks first, the committee's papers, and no verb of the secretariat's."""
    page = person("kufi.durres")
    assert goes(page, "/tasks/").ok
    own = page.locator("main tbody a").evaluate_all("links => links.map(link => link.href)")
    own = [address for address in own if "/tasks/" in address]
    assert own
    for address in own:
        page.goto(address)
        assert SHORT["AL-02-KUFI"] in text_of(page), "led or supported by border police"
    founding_meeting(page, "27.10.2020")
    expect(as_it_stands(page)).to_have_count(1)
    assert page.locator("main form").count() == 0
    assert goes(page, "/meetings/new/").status == 403
    assert goes(page, "/trail/").status == 403


def test_gjirokaster_finds_nothing_of_durres(person: People, addresses: list[tuple[str, str, str]]) -> None:
    """Lists hold nothing of the other county, its addresses are not there."""
    page = person(ELSEWHERE)
    ours = [place.short_name for place in INSTITUTIONS if place.county == "AL-02"]
    for name, county, address in addresses:
        if county == "AL-02" and name != "people:accept":
            answer = page.request.get(address, max_redirects=0)
            assert answer.status in (404, 403), (address, answer.status)
            if answer.status == 403:  # no right to such a page at all, in one's own county neither
                elsewhere = next(each for one, where, each in addresses if one == name and where == "AL-05")
                assert page.request.get(elsewhere, max_redirects=0).status == 403, address
    lists = ["/", "/meetings/", "/meetings/decisions/", "/tasks/?whose=all", "/activities/", "/plan/", "/institutions/"]
    for address in [*lists, "/committee/", "/meetings/?year=2020", "/meetings/new/"]:
        assert goes(page, address).ok, address
        words = text_of(page)
        assert "Durrës" not in words, address
        assert not [name for name in ours if name in words], address
