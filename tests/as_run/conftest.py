"""One portal on each database, as `make run` starts it, for all tests of this folder."""

import re

import pytest
from xdist.scheduler import LoadScopeScheduling

from bench.servers import new_database, postgresql
from tests.as_run.day import day_on

OF_A_DAY = re.compile(r"\[(sqlite|postgresql)\b")


class ByDay(LoadScopeScheduling):
    """A scheduler that runs all tests of a day in one process, and all of another file in one."""

    def _split_scope(self, nodeid):
        day = OF_A_DAY.search(nodeid)
        return day[1] if day else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Run both days at the same time, if there are enough processes."""
    return ByDay(config, log)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def day(request):
    """A portal in use since its first second."""
    if request.param == "sqlite":
        with day_on() as made:
            yield made
        return
    with postgresql() as server, day_on(new_database(server)) as made:
        yield made


@pytest.fixture
def page(browser, day):
    """A browser page without scripts, 320 pixels wide, whose answers are recorded."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, base_url=day.running.url
    )
    yield day.watch(context).new_page()
    context.close()


@pytest.fixture
def staff(browser, day):
    """Call it with a name of the demonstration's staff for a page that is not signed in yet."""
    made = []

    def enter():
        made.append(day.watch(browser.new_context(base_url=day.running.url)))
        return made[-1].new_page()

    yield enter
    for context in made:
        context.close()
