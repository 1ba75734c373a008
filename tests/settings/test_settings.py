"""Settings: a missing or weak one stops the start with a message that says what to set."""

import base64
import secrets
import stat

import pytest

from portal import create_app
from portal.settings.secret_strength import key_weakness, weakness
from portal.settings.settings import SECRETS, SettingsError, settings_from, write_secrets
from tests.secrets import ENVIRONMENT

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture
def read(tmp_path):
    """Read settings from the environment of tests with some variables changed."""
    return lambda **changed: settings_from({**ENVIRONMENT, **changed}, tmp_path)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["", "short", "s" * 31])
def test_a_missing_or_short_secret_stops_the_start_with_its_name(read, name, value):
    with pytest.raises(SettingsError, match=f"{name} is missing or shorter than 32 characters. Set it to"):
        read(**{name: value})


def test_nothing_at_all_stops_the_start(tmp_path):
    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY"):
        settings_from({}, tmp_path)


@pytest.mark.parametrize("keys", ["f" * 40, "not base 64 at all, but long enough to be", f"{KEY},short", "," * 40])
def test_field_keys_that_cannot_encrypt_stop_the_start(read, keys):
    with pytest.raises(SettingsError, match="PORTAL_FIELD_KEYS must hold one or more keys of 32 bytes"):
        read(PORTAL_FIELD_KEYS=keys)


def test_several_field_keys_keep_their_order(read):
    second = ENVIRONMENT["PORTAL_FIELD_KEYS"]

    assert read(PORTAL_FIELD_KEYS=f"{KEY}, {second}").field_keys == (KEY, second)


@pytest.mark.parametrize("name", SECRETS)
def test_a_sentence_about_a_secret_does_not_show_it(read, name):
    with pytest.raises(SettingsError) as refusal:
        read(**{name: "half-a-secret"})

    assert "half-a-secret" not in str(refusal.value)


def test_a_setting_that_is_not_in_the_environment_comes_from_the_file(tmp_path):
    lines = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    (tmp_path / "settings.env").write_text("\n".join(["# secrets", "", *lines, "PORTAL_TRUSTED_PROXIES=2"]))

    found = settings_from({"PORTAL_DEMONSTRATION": "0"}, tmp_path)

    assert (found.secret_key, found.trusted_proxies) == (ENVIRONMENT["PORTAL_SECRET_KEY"], 2)
    assert not found.demonstration


def test_without_a_database_url_the_database_is_a_file_of_the_instance(read, tmp_path):
    assert read().database_url == f"sqlite:///{tmp_path / 'portal.db'}"
    assert read(PORTAL_DATABASE_URL="postgresql+psycopg://host/db").database_url == "postgresql+psycopg://host/db"


def test_without_settings_it_is_no_demonstration_and_limits_are_plain(tmp_path):
    found = settings_from({name: ENVIRONMENT[name] for name in SECRETS}, tmp_path)

    assert (found.demonstration, found.limits_factor, found.trusted_proxies) == (False, 1.0, 0)
    assert (found.limits_url, found.secure_cookies) == ("portal://", False)


@pytest.mark.parametrize(("text", "meant"), [("1", True), (" Yes ", True), ("on", True), ("0", False), ("off", False)])
def test_a_switch_is_on_or_off(read, text, meant):
    assert read(PORTAL_DEMONSTRATION=text).demonstration is meant
    assert read(PORTAL_SECURE_COOKIES=text).secure_cookies is meant


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORTAL_DEMONSTRATION", "maybe"),
        ("PORTAL_SECURE_COOKIES", "2"),
        ("PORTAL_LIMITS_FACTOR", "many"),
        ("PORTAL_LIMITS_FACTOR", "0"),
        ("PORTAL_LIMITS_FACTOR", "-1"),
        ("PORTAL_LIMITS_FACTOR", "nan"),
        ("PORTAL_LIMITS_FACTOR", "inf"),
        ("PORTAL_TRUSTED_PROXIES", "-1"),
        ("PORTAL_TRUSTED_PROXIES", "one"),
    ],
)
def test_an_unfit_setting_is_named(read, name, text):
    with pytest.raises(SettingsError, match=name):
        read(**{name: text})


def test_fresh_secrets_are_for_the_owner_only_and_start_a_demonstration(tmp_path):
    assert write_secrets(tmp_path / "instance")
    file = tmp_path / "instance" / "settings.env"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings_from({}, tmp_path / "instance").demonstration


def test_secrets_once_written_stay(tmp_path):
    write_secrets(tmp_path)
    before = (tmp_path / "settings.env").read_text()

    assert not write_secrets(tmp_path)
    assert (tmp_path / "settings.env").read_text() == before


def test_every_instance_gets_secrets_of_its_own(tmp_path):
    write_secrets(tmp_path / "one")
    write_secrets(tmp_path / "other")
    one, other = (settings_from({}, tmp_path / name) for name in ("one", "other"))

    assert one.secret_key != other.secret_key
    assert one.digest_key != other.digest_key
    assert one.field_keys != other.field_keys


def test_random_secrets_are_never_called_weak():
    for _ in range(200):
        assert not weakness(secrets.token_hex(16))
        assert not weakness(secrets.token_urlsafe(24))
        assert not key_weakness(secrets.token_bytes(32))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SECRET_KEY", "x" * 64),
        ("PORTAL_SECRET_KEY", "qwertyuiop" * 4),
        ("PORTAL_DIGEST_KEY", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("PORTAL_DIGEST_KEY", "please-changeme-before-you-go-online-1"),
        ("PORTAL_FIELD_KEYS", KEY),
        ("PORTAL_SIGNING_KEYS", base64.urlsafe_b64encode(bytes(range(32))).decode()),
        ("PORTAL_FIELD_KEYS", base64.urlsafe_b64encode(b"this-is-a-32-byte-key-for-tests!").decode()),
    ],
)
def test_a_secret_that_is_easy_to_guess_stops_a_service_and_is_a_remark_in_a_demonstration(read, name, value):
    with pytest.raises(SettingsError, match=f"{name} is easy to guess") as refusal:
        read(PORTAL_DEMONSTRATION="0", **{name: value})

    assert value not in str(refusal.value)
    assert [said for said in read(**{name: value}).remarks if said.startswith(f"{name} is easy to guess")]


def test_one_secret_in_two_places_stops_a_service(read):
    same = ENVIRONMENT["PORTAL_SECRET_KEY"]

    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY and PORTAL_DIGEST_KEY are the same"):
        read(PORTAL_DEMONSTRATION="0", PORTAL_DIGEST_KEY=same)


def test_a_service_by_http_or_with_open_cookies_is_remarked_upon(read):
    careless = read(PORTAL_DEMONSTRATION="0").remarks
    careful = read(
        PORTAL_DEMONSTRATION="0", PORTAL_PUBLIC_URL="https://portal.example.org", PORTAL_SECURE_COOKIES="1"
    ).remarks

    assert [said.split()[0] for said in careless] == ["PORTAL_PUBLIC_URL", "PORTAL_SECURE_COOKIES"]
    assert (careful, read().remarks) == ((), ())


def test_a_mistyped_setting_is_remarked_upon_with_the_one_that_may_be_meant(read):
    assert read(PORTAL_DATABSE_URL="x").remarks == (
        "PORTAL_DATABSE_URL is no setting of the portal and does nothing; is PORTAL_DATABASE_URL meant?",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORTAL_DATABASE_URL", "no address"),
        ("PORTAL_DATABASE_URL", "mysql://host/db"),
        ("PORTAL_DATABASE_URL", "postgresql://host:port/db"),
        ("PORTAL_DATABASE_URL", "sqlite://"),
        ("PORTAL_DATABASE_URL", "sqlite:////nowhere/at/all/portal.db"),
        ("PORTAL_PUBLIC_URL", "portal.example.org"),
        ("PORTAL_PUBLIC_URL", "https://portal.example.org/here"),
        ("PORTAL_PUBLIC_URL", "https://user@portal.example.org"),
        ("PORTAL_MAIL_URL", "mail.example.org"),
        ("PORTAL_MAIL_URL", "smtp://"),
        ("PORTAL_MAIL_URL", "smtp://mail.example.org:many"),
        ("PORTAL_MAIL_URL", "smtp://user@mail.example.org"),
        ("PORTAL_MAIL_URL", "smtp://mail.example.org?tls=on"),
        ("PORTAL_MAIL_URL", "smtp://mail.example.org?starttls=on"),
        ("PORTAL_MAIL_URL", "smtps://mail.example.org?cafile=/nowhere.pem"),
        ("PORTAL_MAIL_URL", "file://mail"),
        ("PORTAL_MAIL_FROM", "Portal <portal@example.org>"),
        ("PORTAL_MAIL_FROM", "portal"),
        ("PORTAL_LIMITS_URL", "memory://"),
        ("PORTAL_LIMITS_URL", "memcached://host"),
        ("PORTAL_LIMITS_URL", "redis://"),
        ("PORTAL_LIMITS_URL", "redis://host/name"),
        ("PORTAL_TRUSTED_PROXIES", "99"),
        ("PORTAL_METRICS_TOKEN", "short"),
        ("PORTAL_LOG_REQUESTS", "sometimes"),
    ],
)
def test_an_address_that_cannot_be_read_is_named(read, name, text):
    with pytest.raises(SettingsError, match=name):
        read(**{name: text})


@pytest.mark.parametrize("name", ["PORTAL_DATABASE_URL", "PORTAL_MAIL_URL", "PORTAL_LIMITS_URL"])
def test_a_sentence_about_an_address_does_not_show_its_password_r10(read, name):
    with pytest.raises(SettingsError) as refusal:
        read(**{name: "ftp://portal:hidden-word@host:x/db"})

    assert "hidden-word" not in str(refusal.value)


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://:word@redis.example.org:6380/2", "portal://"])
def test_limits_are_counted_in_the_database_or_in_a_redis(read, url):
    assert read(PORTAL_LIMITS_URL=url).limits_url == url


def test_a_file_of_settings_that_is_no_text_is_named(tmp_path):
    (tmp_path / "settings.env").write_bytes(b"PORTAL_SECRET_KEY=\xff\xfe")

    with pytest.raises(SettingsError, match=r"settings\.env cannot be read"):
        settings_from(ENVIRONMENT, tmp_path)


def test_an_instance_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match="PORTAL_INSTANCE names a folder that cannot be made"):
        create_app(settings_from(ENVIRONMENT, tmp_path / "file" / "instance"))
