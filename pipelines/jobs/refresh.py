"""Refresh: the whole chain, gate to post office, once a day before people come in."""

from pipelines.board import compare_board
from pipelines.build import build
from pipelines.check import check
from pipelines.dictionary.publish import document
from pipelines.health import health
from pipelines.job import Job
from pipelines.load import load
from pipelines.notify import alert, report
from pipelines.predict import detect, forecast
from pipelines.remember import remember

JOB = Job(
    name="refresh",
    cron="20 5 * * *",
    owner="engineer",
    steps=(load, build, remember, check, forecast, detect, health, alert, report, compare_board, document),
    needs=dict.fromkeys((remember, forecast, detect, health, compare_board, document), (build,)),
)
