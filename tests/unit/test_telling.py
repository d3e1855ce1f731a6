"""Reading integrations and services, private addresses, and signatures that a receiver can check."""

import re
import time

import pytest
import yaml
from aiohttp import ClientError

from bot.cases.integrations import MissingSecret, Secrets, read_integrations
from bot.cases.open311.model import UnreadableAnswer, requests_in
from bot.cases.open311.services import PackServices
from bot.cases.outbox.model import LONGEST_WAIT, wait_after
from bot.cases.targets.calling import PrivateAddress, PublicResolver, check_address, is_public, outside_session, was_private
from bot.cases.targets.webhooks import signature, signed_headers
from bot.cases.wording import read_case_words
from bot.foundation.packs import UnreadablePackFile, load_yaml
from bot.settings import BadSetting, read_settings
from tests.conftest import ROOT


def packs(tmp_path, name, said):
    """A folder with a base and one invented council whose file says this."""
    for council, council_yml in {"england": "name: England", "borchester": "name: Borchester\nbase: england"}.items():
        (tmp_path / council).mkdir()
        (tmp_path / council / "council.yml").write_text(council_yml, encoding="utf-8")
        (tmp_path / council / name).write_text(yaml.safe_dump(said if council == "borchester" else {}), encoding="utf-8")
    return tmp_path


def secrets(tmp_path, **values):
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, value in values.items():
        (folder / name.replace("__", ".")).write_text(value, encoding="utf-8")
    return Secrets(folder)


HOOK = {"name": "crm", "url": "https://crm.example.org/hook"}


def test_a_council_names_its_receivers_and_the_secrets_come_from_files(tmp_path):
    said = {
        "webhooks": [{**HOOK, "events": ["status"], "kinds": ["bin_missed"]}],
        "open311": [{"name": "depot", "endpoint": "https://depot.example.org/v2/", "services": {"bin_missed": "M1"}}],
        "notify": {"email_template": "t1"},
    }
    keys = secrets(tmp_path, borchester__webhook__crm="s3cret\n", borchester__open311__depot="key")
    found = read_integrations(packs(tmp_path, "integrations.yml", said), keys, insecure=False)["borchester"]
    assert found.webhooks["crm"].secret == "s3cret"
    assert found.webhooks["crm"].events == {"status"}
    assert found.open311["depot"].endpoint == "https://depot.example.org/v2"
    assert found.email_template == "t1"
    assert "s3cret" not in repr(found)


def test_a_missing_secret_is_one_sentence_with_the_file(tmp_path):
    folder = packs(tmp_path, "integrations.yml", {"webhooks": [HOOK]})
    with pytest.raises(MissingSecret, match=r"borchester\.webhook\.crm is missing or empty"):
        read_integrations(folder, secrets(tmp_path), insecure=False)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"webhooks": [{"name": "crm"}]}, "needs a name and url"),
        ({"webhooks": ["crm"]}, "needs a name and url"),
        ({"webhooks": [{**HOOK, "url": "http://crm.example.org"}]}, "https://"),
        ({"webhooks": [{**HOOK, "url": "https://me:pw@crm.example.org"}]}, "no password"),
        ({"webhooks": [{**HOOK, "url": "file:///etc/passwd"}]}, "https://"),
        ({"webhooks": [{**HOOK, "name": "../x"}]}, "no name for a receiver"),
        ({"webhooks": [{**HOOK, "events": ["vanished"]}]}, "vanished"),
        ({"open311": [{"name": "depot", "endpoint": "https://depot.example.org"}]}, "needs services"),
    ],
)
def test_integrations_that_cannot_be_used_say_why(tmp_path, said, reason):
    keys = secrets(tmp_path, borchester__webhook__crm="x", borchester__open311__depot="x")
    with pytest.raises(UnreadablePackFile, match=f"integrations.yml: .*{reason}"):
        read_integrations(packs(tmp_path, "integrations.yml", said), keys, insecure=False)


SERVICE = {"name": "Bin", "description": "A bin", "kind": "bin_missed", "team": "bins", "promise_days": 2}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"bin": {"name": "Bin"}}, "needs description"),
        ({"b in": SERVICE}, "code of letters"),
        ({"bin": {**SERVICE, "promise_days": "soon"}}, "invalid literal"),
        ({"bin": {**SERVICE, "attributes": {"x": {"description": "X", "datatype": "colour"}}}}, "datatype"),
        ({"bin": {**SERVICE, "attributes": {"x": {"description": "X", "datatype": "singlevaluelist"}}}}, "needs values"),
        ({"bin": {**SERVICE, "attributes": {"x": {"description": "X", "values": {"a": "A"}}}}}, "needs values"),
    ],
)
def test_services_that_cannot_be_used_say_why(tmp_path, said, reason):
    with pytest.raises(UnreadablePackFile, match=reason):
        PackServices.read(packs(tmp_path, "open311.yml", {"services": said}))


def shipped(name):
    """One mapping of the national base."""
    return yaml.safe_load((ROOT / "councils" / "england" / name).read_text(encoding="utf-8"))


def test_applications_belong_to_teams_that_staff_can_be_in():
    teams = set(shipped("handoff.yml")["teams"])
    used = {path.name: load_yaml(path).get("team", "bins") for path in (ROOT / "councils").glob("*/applications/*.yml")}
    assert {name: team for name, team in used.items() if team not in teams} == {}, "add the team to handoff.yml or use another"


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        (None, "statuses must be"),
        ({"done": {"label": "Done"}}, "a label and a meaning"),
        ({"done": {"label": "Done", "meaning": "Done.", "ends": True}}, "opens with the first"),
        ({"new": {"label": "N", "meaning": "N."}}, "at least one that ends"),
        (
            {"new": {"label": "N", "meaning": "N."}, "end": {"label": "E", "meaning": "E.", "ends": True, "seen_by": "staff"}},
            "see it",
        ),
        ({"new": {"label": "N", "meaning": "N.", "seen_by": "nobody"}}, "resident or staff"),
        ({"new": {"label": "N", "meaning": "N.", "ends": "maybe"}}, "true or false"),
    ],
)
def test_statuses_that_cannot_be_used_say_why(tmp_path, statuses, reason):
    with pytest.raises(UnreadablePackFile, match=reason):
        read_case_words(packs(tmp_path, "cases.yml", {"statuses": statuses}))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
    ],
)
def test_a_private_address_is_private_however_it_is_written(address):
    assert not is_public(address)


def test_a_public_address_is_public():
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")
    check_address("https://8.8.8.8/hook", allow_private=False)
    check_address("http://127.0.0.1:9/hook", allow_private=True)
    with pytest.raises(PrivateAddress):
        check_address("https://[::1]/hook", allow_private=False)


async def test_a_name_that_leads_inside_is_refused_when_it_is_resolved():
    with pytest.raises(PrivateAddress, match="leads to a private address"):
        await PublicResolver().resolve("localhost", 80)
    async with outside_session(allow_private=False) as session:
        with pytest.raises((ClientError, OSError)) as refused:
            await session.post("http://localhost:9/hook")
    assert was_private(refused.value)


def test_the_signature_is_the_one_of_standard_webhooks():
    secret, event_id, timestamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    assert signature(secret, event_id, timestamp, b'{"test": 2432232314}') == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_another_body_id_or_time_has_another_signature():
    made = {signature("secret", *one) for one in (("a", 1, b"x"), ("b", 1, b"x"), ("a", 2, b"x"), ("a", 1, b"y"))} | {
        signature("other", "a", 1, b"x")
    }
    assert len(made) == 5


def test_the_example_of_the_documents_accepts_what_is_sent_and_nothing_else():
    page = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(# A receiver checks.*?)```", page, re.S)
    assert example, "docs/cases.md has no example that begins with: # A receiver checks"
    names: dict = {}
    exec(example[1], names)
    verify, body, now = names["is_genuine"], b'{"type": "case.opened"}', int(time.time())
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert verify(secret, signed_headers(secret, "id", now, body), body)
    assert not verify(secret, signed_headers(secret, "id", now, body), body + b" ")
    assert not verify("whsec_AAAA", signed_headers(secret, "id", now, body), body)
    assert not verify(secret, signed_headers(secret, "id", now - 301, body), body)
    assert not verify(secret, signed_headers(secret, "id", now + 301, body), body)
    assert not verify(secret, {**signed_headers(secret, "id", now, body), "webhook-id": "other"}, body)
    assert not verify(secret, {}, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<html/>",
        b"<service_requests>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><service_requests>&b;</service_requests>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><service_requests/>',
        b"\xff\xfe",
    ],
)
def test_an_answer_that_is_not_georeport_is_refused(body):
    with pytest.raises(UnreadableAnswer) as refused:
        requests_in(body)
    assert "passwd" not in str(refused.value)


def test_waits_double_up_to_a_limit():
    waits = [wait_after(attempts, 0) for attempts in range(1, 30)]
    assert waits[1] == 2 * waits[0]
    assert max(waits) == LONGEST_WAIT
    assert LONGEST_WAIT <= wait_after(40, 99) <= LONGEST_WAIT * 1.2


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("DESK_NOTIFIER", "pigeon", "console or notify"),
        ("DESK_PUBLIC_ADDRESS", "chat.example.gov.uk", "begins with https://"),
        ("DESK_NOTIFY_URL", "ftp://notify", "begins with https://"),
    ],
)
def test_a_setting_that_cannot_be_used_says_why(variable, value, reason):
    with pytest.raises(BadSetting, match=reason):
        read_settings({variable: value})


def test_links_in_messages_have_the_public_address_without_a_slash_too_many():
    assert read_settings({"DESK_PUBLIC_ADDRESS": "https://chat.example.gov.uk/"}).public_url == "https://chat.example.gov.uk"
    assert read_settings({"DESK_PORT": "9090"}).public_url == "http://127.0.0.1:9090"
