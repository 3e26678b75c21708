"""What is said of a build that could not even begin."""

from __future__ import annotations

import pytest
from dbt.cli.main import dbtRunnerResult
from sqlalchemy.engine import URL

from pipelines.build import outcome

NOWHERE = URL.create("postgresql", host="127.0.0.1")


@pytest.mark.parametrize(
    ("exception", "says"),
    [
        pytest.param(ValueError("no profile"), "dbt could not run: no profile", id="an error says what it says"),
        pytest.param(
            KeyboardInterrupt(), "dbt could not run: it was broken off (KeyboardInterrupt)", id="Ctrl-C has no words"
        ),
    ],
)
def test_what_ended_dbt_is_named(exception: BaseException, says: str) -> None:
    assert outcome(dbtRunnerResult(success=False, exception=exception), NOWHERE) == (0, [says])
