"""Keys: `keys new`, `keys rotate`, and what can be read before, during and after (R10)."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import LargeBinary, select, type_coerce, update

from portal.cases.models import Traveller
from portal.database import key_rotation
from portal.database.base import Base
from portal.database.transactions import session, writing
from portal.security import encryption
from portal.security.encryption import Encrypted, EncryptedBytes
from portal.settings.settings import settings_from, write_secrets
from tests.commands.terminal import run
from tests.factories import PASSPORT, make_case
from tests.secrets import ENVIRONMENT, made_of

OLD, NEW, THIRD = ENVIRONMENT["PORTAL_FIELD_KEYS"], made_of("a newer key"), made_of("a third key")


@pytest.fixture
def keys(app):
    """Give the portal other field keys, newest first; those of the tests are restored afterwards."""
    before = app.extensions["settings"]

    def use(*field_keys):
        app.extensions["settings"] = replace(app.extensions["settings"], field_keys=field_keys)
        encryption.init_app(app, app.extensions["settings"])
        session.expire_all()

    yield use
    app.extensions["settings"] = before
    encryption.init_app(app, before)


def passports():
    return session.scalars(select(Traveller.passport_number).order_by(Traveller.id)).all()


def stored():
    """The stored value of each passport number."""
    found = select(type_coerce(Traveller.passport_number, LargeBinary)).order_by(Traveller.id)
    return [bytes(one) for one in session.scalars(found)]


def test_after_a_rotation_the_old_key_is_not_needed_any_more_r10(app, keys):
    make_case(more=[{"given_names": "Srey", "passport_number": "N7654321", "relationship": "spouse"}])
    keys(NEW, OLD)

    said = run(app, "keys", "rotate")
    keys(NEW)

    assert said.stdout.startswith("4 values re-encrypted, 4 under the first key, in ")
    assert "You can remove the others" in said.stderr
    assert passports() == [PASSPORT, "N7654321"]


def test_a_second_rotation_changes_nothing(app, keys):
    make_case()
    keys(NEW, OLD)
    run(app, "keys", "rotate")
    before = stored()

    assert run(app, "keys", "rotate").stdout.startswith("0 values re-encrypted, 2 under the first key")
    assert stored() == before


def test_a_rotation_that_was_cut_short_goes_on_where_it_was(app, keys, monkeypatch):
    for _ in range(3):
        make_case()
    keys(NEW, OLD)
    monkeypatch.setattr(key_rotation, "BATCH", 1)

    def stop(_number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate(stop)

    assert run(app, "keys", "rotate").stdout.startswith("4 values re-encrypted, 6 under the first key")
    keys(NEW)
    assert passports() == [PASSPORT] * 3


def test_what_somebody_writes_meanwhile_is_not_lost(app, keys, monkeypatch):
    make_case()
    keys(NEW, OLD)
    real, written = key_rotation._write, []

    def write_between(one, changes, walked):
        if not written:
            with writing():
                written.append(session.execute(update(Traveller).values(passport_number="N9999999")).rowcount)
        real(one, changes, walked)

    monkeypatch.setattr(key_rotation, "_write", write_between)
    run(app, "keys", "rotate")
    keys(NEW)

    assert (written, passports()) == ([1], ["N9999999"])


def test_values_that_no_key_opens_are_counted_and_left_alone(app, keys):
    make_case()
    before = stored()
    keys(NEW, THIRD)

    said = run(app, "keys", "rotate", code=1).stderr

    assert "1 values of traveller.passport_number cannot be read with any of PORTAL_FIELD_KEYS." in said
    assert stored() == before


def test_a_process_that_still_writes_with_the_old_key_is_noticed(app, keys, monkeypatch):
    make_case()
    real = key_rotation._walk

    def write_old(on_progress):
        keys(OLD)
        with writing():
            session.execute(update(Traveller).values(passport_number="N9999999"))
        keys(NEW, OLD)
        return real(on_progress)

    monkeypatch.setattr(key_rotation, "_walk", write_old)

    assert "Restart the server and the workers" in run(app, "keys", "rotate", code=1).stderr


def test_every_encrypted_column_of_every_table_is_rotated():
    kinds = (Encrypted, EncryptedBytes)
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, kinds)
    }

    assert set(key_rotation.encrypted_columns()) == columns
    assert {"traveller.passport_number", "traveller.date_of_birth", "account.telephone"} <= columns


def test_a_new_key_goes_in_front_in_the_file_of_settings(app, tmp_path, monkeypatch):
    write_secrets(tmp_path / "own")
    own = settings_from({}, tmp_path / "own")
    monkeypatch.setitem(app.extensions, "settings", own)
    monkeypatch.delenv("PORTAL_FIELD_KEYS", raising=False)

    said = run(app, "keys", "new")
    after = settings_from({}, tmp_path / "own")

    assert said.stdout.startswith("1 key added in front of 1 in ")
    assert (len(after.field_keys), after.field_keys[1:]) == (2, own.field_keys)
    assert replace(after, field_keys=own.field_keys) == own
    assert (tmp_path / "own" / "settings.env").stat().st_mode & 0o777 == 0o600
    assert after.field_keys[0] not in said.stdout + said.stderr


def test_a_new_key_is_printed_where_the_keys_come_from_the_environment(app, monkeypatch):
    monkeypatch.setenv("PORTAL_FIELD_KEYS", OLD)

    said = run(app, "keys", "new")

    settings = SimpleNamespace(**settings_from({**ENVIRONMENT, "PORTAL_FIELD_KEYS": said.stdout.strip()}).__dict__)
    assert len(settings.field_keys) == 1 and OLD not in said.stdout
