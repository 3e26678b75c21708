"""A home and its warehouse remember what they were made for, and refuse to become anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from app.clock import sandbox_clock
from app.errors import SettingsError
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.first_steps import prepare_warehouse
from pipelines.made_for import MadeFor, home_made_for, refuse_other_home, refuse_other_warehouse, remember_home
from pipelines.progress import Step
from pipelines.sandbox.store import open_store, store_path
from pipelines.services import running
from pipelines.status import look
from pipelines.up import bring_up

Make = Callable[..., Settings]
OTHERWISE = [
    pytest.param({"sandbox_scale": "none"}, id="none in a sandbox's home"),
    pytest.param({"sandbox_scale": "demo"}, id="another scale"),
    pytest.param({"sandbox_seed": 7}, id="another seed"),
]


@pytest.fixture
def home(make_settings: Make) -> Settings:
    """A home that was made for the small sandbox company."""
    settings = make_settings()
    settings.home.mkdir(parents=True)
    remember_home(settings)
    return settings


@pytest.fixture(scope="module")
def prepared(settings: Settings, migrated: Settings) -> Settings:
    """A home and a warehouse as `plumbline up` prepares them, for the small sandbox company."""
    prepare_warehouse(settings, Step("Tables and rights"))
    return settings


def test_a_fresh_home_was_made_for_nothing_and_takes_anything(make_settings: Make) -> None:
    for change in ({}, {"sandbox_scale": "none"}, {"sandbox_scale": "large", "sandbox_seed": 3}):
        settings = make_settings(**change)
        assert home_made_for(settings) is None
        refuse_other_home(settings)


@pytest.mark.parametrize("change", OTHERWISE)
def test_a_home_refuses_what_it_was_not_made_for(home: Settings, change: dict[str, object]) -> None:
    other = home.model_copy(update=change)
    for use in (refuse_other_home, remember_home):
        with pytest.raises(SettingsError, match="Set PLUMBLINE_HOME to another folder") as refused:
            use(other)
        assert str(home.home) in str(refused.value)
    assert home_made_for(home) == MadeFor("small", home.sandbox_seed)
    remember_home(home)


def test_a_home_with_real_data_does_not_become_a_sandbox_and_its_seed_means_nothing(make_settings: Make) -> None:
    real = make_settings(sandbox_scale="none")
    real.home.mkdir(parents=True)
    remember_home(real)
    assert home_made_for(real) == MadeFor("none", None)
    refuse_other_home(real.model_copy(update={"sandbox_seed": 7}))
    with pytest.raises(SettingsError, match="was made for your own company's data"):
        refuse_other_home(real.model_copy(update={"sandbox_scale": "demo"}))


def test_a_home_in_which_a_company_lives_is_its_home_though_nobody_wrote_it_down(make_settings: Make) -> None:
    settings = make_settings()
    with open_store(settings) as store:
        store.execute("create table meta (key text, value text)")
        store.executemany("insert into meta values (?, ?)", [("scale", "small"), ("seed", str(settings.sandbox_seed))])
    sandbox_clock(settings).write_text("2026-11-22T11:00:00+00:00\n")
    assert store_path(settings).exists()
    refuse_other_home(settings)
    with pytest.raises(SettingsError, match="was made for the sandbox company"):
        refuse_other_home(settings.model_copy(update={"sandbox_scale": "none"}))


def test_a_file_that_says_nothing_is_not_taken_for_an_empty_home(home: Settings) -> None:
    (home.home / "made_for.json").write_text("{}")
    with pytest.raises(SettingsError, match="does not say what this home was made for"):
        refuse_other_home(home)


@pytest.mark.parametrize("change", OTHERWISE)
def test_up_and_commands_are_refused_and_status_says_why(prepared: Settings, change: dict[str, object]) -> None:
    other = prepared.model_copy(update=change)
    with pytest.raises(SettingsError, match="was made for the sandbox company"):
        bring_up(other, serve=True, as_json=True)
    with pytest.raises(SettingsError, match="was made for the sandbox company"), running(other, "warehouse"):
        pytest.fail("The warehouse was lent to settings that it was not made for.")
    assert any("was made for the sandbox company" in lack for lack in look(other).short_of)


@pytest.mark.parametrize("change", OTHERWISE)
def test_a_warehouse_of_ones_own_remembers_too_whichever_home_it_is_given(
    prepared: Settings, make_settings: Make, change: dict[str, object]
) -> None:
    own = SecretStr(warehouse_url(prepared).render_as_string(hide_password=False))
    other = make_settings(warehouse_url=own, **change)
    with pytest.raises(SettingsError, match="Name another database in PLUMBLINE_WAREHOUSE_URL") as refused:
        prepare_warehouse(other, Step("Tables and rights"))
    assert own.get_secret_value() not in str(refused.value)
    assert home_made_for(other) is None, "A home that was refused must stay free for something else."


def test_a_warehouse_that_is_asked_for_what_it_was_made_for_is_lent(prepared: Settings) -> None:
    prepare_warehouse(prepared, Step("Tables and rights"))
    refuse_other_warehouse(prepared)
    with running(prepared, "warehouse"):
        assert home_made_for(prepared) == MadeFor("small", prepared.sandbox_seed)
