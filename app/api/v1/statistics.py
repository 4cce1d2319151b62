"""Routes of the figures: sums only, open to everyone; a token changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.api.deps import App, ReadConnection, public
from app.api.query import QueryOf
from app.api.v1.schemas.statistics import OnTimeReportView, SatisfactionReportView
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.on_time import on_time_report
from app.services.statistics.satisfaction import satisfaction_report

router = APIRouter(prefix="/statistics", tags=["statistics"], dependencies=[Depends(public)])

Question = Annotated[StatisticsQuestion, Depends(QueryOf(StatisticsQuestion))]


@router.get(
    "/on-time",
    summary="Tỷ lệ giải quyết đúng hạn / How often the promise was kept",
    response_model=None,
    responses={200: {"model": OnTimeReportView}},
)
async def on_time(question: Question, connection: ReadConnection, app: App) -> Response:
    return _json(OnTimeReportView.of(await on_time_report(connection, question, now=app.clock.now())))


@router.get(
    "/satisfaction",
    summary="Mức độ hài lòng / How satisfied citizens are",
    response_model=None,
    responses={200: {"model": SatisfactionReportView}},
)
async def satisfaction(question: Question, connection: ReadConnection, app: App) -> Response:
    report = await satisfaction_report(connection, question, now=app.clock.now())
    minimum = app.settings.satisfaction_minimum_responses
    return _json(SatisfactionReportView.of(report, minimum_responses=minimum))


def _json(view: BaseModel) -> Response:
    """Write the view once: a row a commune, validated when it was made, is not validated again on its way out."""
    return Response(view.model_dump_json(by_alias=True), media_type="application/json")
