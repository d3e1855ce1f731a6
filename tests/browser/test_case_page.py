"""Following a report in a real browser: small screens, without JavaScript, by keyboard, and nothing for axe to find."""

import asyncio
import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.cases.model import Case
from bot.web import keys
from tests.browser.conftest import Desk, faults, picture_folder
from tests.factories_cases import make_new_case

SCREENS = {
    "phone": {},
    "smallest": {"viewport": {"width": 320, "height": 568}},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "without script": {"java_script_enabled": False},
}
WAIT = 30


def opened(desk: Desk, key: str) -> Case:
    """A case of the running gateway, with a history."""

    async def make() -> Case:
        assert desk.product
        app = desk.product.public
        cases, database = app[keys.CASES], app[keys.DATABASE]
        async with database.writing() as tx:
            case = await cases.open(tx, make_new_case(key))
            return await cases.change_status(tx, "Sam", case.council, case.reference, "in_progress", "A crew comes on Friday.")

    return asyncio.run_coroutine_threadsafe(make(), desk.loop).result(WAIT)


def look_up(page: Page, case: Case, address: str = "/case/enfield") -> None:
    page.goto(address)
    page.get_by_label("Your reference").fill(case.reference.lower())
    page.get_by_label("Your code").fill(case.code)
    page.get_by_role("button", name="Show my report").press("Enter")
    page.get_by_role("heading", name="Missed bin: brown bin").wait_for()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_report_is_found_and_every_screen_shows_all_of_it(desk: Desk, new_page: Callable[..., Page], screen: str) -> None:
    page = new_page(**SCREENS[screen])
    look_up(page, opened(desk, f"screen {screen}"))
    expect(page.get_by_role("heading", name="How far we are: Being looked at")).to_be_visible()
    expect(page.get_by_text("A crew comes on Friday.")).to_be_visible()
    if screen != "without script":
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert faults(page) == []


@pytest.mark.parametrize("address", ["/case", "/case/enfield", "/case/buckinghamshire"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_its_errors_have_no_faults(new_page: Callable[..., Page], address: str, scheme: str) -> None:
    page = new_page(viewport={"width": 320, "height": 568}, color_scheme=scheme)
    page.goto(address)
    assert faults(page) == []
    page.get_by_role("button", name="Show my report").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your reference")
    assert page.title().startswith("Error: ")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []


def test_the_address_never_has_the_reference_or_the_code(desk: Desk, new_page: Callable[..., Page]) -> None:
    page, case = new_page(), opened(desk, "address")
    look_up(page, case, "/case")
    assert page.url == f"{desk.address}/case"


def test_a_resident_adds_to_a_report(desk: Desk, new_page: Callable[..., Page]) -> None:
    page = new_page()
    look_up(page, opened(desk, "more"))
    page.get_by_label("Tell us more about this").fill("It is behind the gate.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("We have added it")
    expect(page.get_by_text("It is behind the gate.")).to_be_visible()
    assert faults(page) == []


@pytest.mark.skipif(os.environ.get("DESK_PICTURES") != "yes", reason="Pictures are made with DESK_PICTURES=yes.")
def test_pictures(desk: Desk, new_page: Callable[..., Page]) -> None:
    case = opened(desk, "picture")
    for name, options in {"phone": {}, "dark": {"color_scheme": "dark"}}.items():
        page = new_page(device_scale_factor=2, **options)
        look_up(page, case)
        page.screenshot(path=picture_folder() / f"case-{name}.png", full_page=True)
    desktop = new_page(viewport={"width": 1280, "height": 900})
    desktop.goto("/case")
    desktop.get_by_role("button", name="Show my report").click()
    desktop.screenshot(path=picture_folder() / "case-form.png", full_page=True)
