"""What residents see on small, zoomed, dark and forced-colour screens, on paper, and in other scripts."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ask, faults, picture_folder

SCREENS = {
    "phone": {},
    "smallest": {"viewport": {"width": 320, "height": 568}},
    "zoomed": {"viewport": {"width": 320, "height": 256}},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "still": {"reduced_motion": "reduce"},
}
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle" * 3


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("council", ["enfield", "buckinghamshire"])
def test_every_screen_shows_everything_without_scrolling_sideways(
    new_page: Callable[..., Page], screen: str, council: str
) -> None:
    page = new_page(**SCREENS[screen])
    page.goto(f"/chat/{council}")
    ask(page, "i lost my job and cannot pay")
    ask(page, LONG, "clarify")
    ask(page, "my husband is hitting me and i am scared", "urgent")
    page.locator(".sources summary").first.click()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []


def test_targets_are_at_least_44_pixels_high(page: Page) -> None:
    ask(page, "i lost my job and cannot pay")
    page.locator("#menu summary").click()
    small = page.evaluate(
        """() => Array.from(document.querySelectorAll("button, summary, .menu__item, .go, .exit, textarea"))
            .map((one) => [one.textContent.trim() || one.id, one.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 43.9 || box.width < 43.9)).map(([name, box]) => `${name} ${box.width} ${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("height", [568, 256])
def test_focus_is_never_under_the_header_or_the_composer(new_page: Callable[..., Page], height: int) -> None:
    page = new_page(viewport={"width": 320, "height": height})
    page.goto("/chat/enfield")
    ask(page, "i lost my job and cannot pay")
    page.locator("#heading").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        page.wait_for_timeout(120)
        hidden = page.evaluate(
            """() => {
                if (document.activeElement === document.body) return "";
                const box = document.activeElement.getBoundingClientRect();
                const [x, y] = [box.left + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height, 44) / 2];
                const seen = document.elementFromPoint(x, y);
                return seen && document.activeElement.contains(seen) || seen?.contains(document.activeElement) ? "" : document.activeElement.outerHTML;
            }"""
        )
        assert hidden == ""


def test_right_to_left_text_runs_right_to_left(page: Page) -> None:
    reply = ask(page, "متى يتم جمع القمامة من منزلي", "resident")
    assert reply.locator(".message__words").evaluate("one => getComputedStyle(one).direction") == "rtl"
    page.locator(".message--answer").wait_for()
    assert faults(page) == []


def test_paper_has_the_words_and_sources_and_no_buttons(page: Page) -> None:
    ask(page, "when is my bin collected")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".message__who").first).to_be_visible()
    expect(page.locator(".sources__note").first).to_be_visible()
    for gone in (".composer", ".choice", ".feedback", "#menu"):
        expect(page.locator(gone).first).to_be_hidden()


def test_words_scale_with_the_browsers_text_size(page: Page) -> None:
    page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")
    ask(page, "when is my bin collected")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.skipif(os.environ.get("DESK_PICTURES") != "yes", reason="Pictures for the README are made with DESK_PICTURES=yes.")
def test_pictures_for_the_readme(new_page: Callable[..., Page]) -> None:
    folder = picture_folder()
    folder.mkdir(parents=True, exist_ok=True)
    page = new_page(device_scale_factor=2)
    page.goto("/chat/enfield")
    page.screenshot(path=folder / "phone-first.png")
    ask(page, "hi can i get money off my council tax i live alone now")
    page.locator(".sources summary").first.click()
    page.wait_for_timeout(600)
    page.screenshot(path=folder / "phone-answer.png")
    night = new_page(device_scale_factor=2, color_scheme="dark")
    night.goto("/chat/buckinghamshire")
    ask(night, "i lost my job and cant pay the council tax")
    night.wait_for_timeout(600)
    night.screenshot(path=folder / "phone-dark.png")
    urgent = new_page(device_scale_factor=2)
    urgent.goto("/chat/enfield")
    ask(urgent, "my husband is hitting me and i am scared", "urgent")
    urgent.wait_for_timeout(600)
    urgent.screenshot(path=folder / "phone-urgent.png")
    desktop = new_page(viewport={"width": 1280, "height": 800})
    desktop.goto("/demo/enfield")
    desktop.get_by_role("button", name="Chat with us").click()
    frame = desktop.frame_locator("council-chat iframe")
    frame.locator("#text").fill("when is my bin collected")
    frame.locator("#text").press("Enter")
    frame.locator(".message--answer").wait_for()
    desktop.wait_for_timeout(600)
    desktop.screenshot(path=folder / "widget.png")
