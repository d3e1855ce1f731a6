"""Settings of staff's sign-in: what they mean, and the sentence for each that cannot be used."""

import pytest

from bot.settings import BadSetting, read_settings
from bot.staff.model import Role
from bot.staff.outside_model import OutsideSettings, SignInRefused, person_of

PROVIDER = {
    "DESK_OIDC_ISSUER": "https://login.example",
    "DESK_OIDC_CLIENT_ID": "desk",
    "DESK_OIDC_CLIENT_SECRET": "x",
    "DESK_OIDC_ROLES": "Desk.Adviser=adviser, Desk.Admin = administrator",
    "DESK_OIDC_TEAMS": "Desk.Bins=bins,Desk.Everything=*",
}


def test_roles_and_teams_of_the_directory_are_read_from_one_line_each():
    settings = read_settings(PROVIDER)
    assert settings.oidc_roles == {"Desk.Adviser": Role.ADVISER, "Desk.Admin": Role.ADMINISTRATOR}
    assert settings.oidc_teams == {"Desk.Bins": "bins", "Desk.Everything": "*"}


def test_the_secret_of_the_provider_is_not_shown_with_the_settings():
    assert "hush" not in repr(read_settings(PROVIDER | {"DESK_OIDC_CLIENT_SECRET": "hush"}))


def test_roles_that_need_a_code_are_named_or_all():
    assert read_settings({"DESK_STAFF_CODES": "administrator, supervisor"}).staff_codes == (Role.ADMINISTRATOR, Role.SUPERVISOR)
    assert read_settings({"DESK_STAFF_CODES": "all"}).staff_codes == tuple(Role)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"DESK_STAFF_CODES": "boss"}, "there is no role boss"),
        ({"DESK_STAFF_HOURS": "0"}, "a whole number above 0"),
        ({"DESK_STAFF_IDLE_MINUTES": "soon"}, "a whole number above 0"),
        ({"DESK_OIDC_ROLES": "Desk.Adviser"}, "value=meaning"),
        ({"DESK_OIDC_ROLES": "Desk.Adviser=boss"}, "there is no role boss"),
        ({"DESK_OIDC_ISSUER": "https://login.example"}, "DESK_OIDC_CLIENT_ID"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_to_do(wrong, sentence):
    with pytest.raises(BadSetting, match=sentence):
        read_settings(wrong)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, "no_subject"),
        ({"sub": 7, "email": "a@example.gov.uk", "roles": ["R"]}, "no_subject"),
        ({"sub": "u", "roles": ["R"]}, "no_email"),
        ({"sub": "u", "email": "a@example.gov.uk"}, "no_role"),
        ({"sub": "u", "email": "a@example.gov.uk", "roles": {"R": 1}}, "no_role"),
        ({"sub": "u", "email": "a@example.gov.uk", "roles": [["R"], 7]}, "no_role"),
    ],
)
def test_claims_that_do_not_say_enough_sign_nobody_in(claims, reason):
    settings = OutsideSettings("https://login.example", "desk", "x", "x", roles={"R": Role.ADVISER})
    with pytest.raises(SignInRefused) as refused:
        person_of(claims, settings)
    assert refused.value.reason == reason
