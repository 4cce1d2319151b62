"""Routes of the figures: sums only, open to everyone; a token changes nothing."""

from typing import Annotated

import orjson
from fastapi import Depends, Request, Response

from app.api.deps import application_of, lent_reader, public
from app.api.noun_router import NounRouter
from app.api.query import QueryOf
from app.api.v1.schemas.statistics import (
    OnTimeReportView,
    SatisfactionReportView,
    on_time_document,
    satisfaction_document,
)
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.on_time import on_time_report
from app.services.statistics.satisfaction import satisfaction_report

router = NounRouter(prefix="/statistics", tags=["statistics"], dependencies=[Depends(public)])

Question = Annotated[StatisticsQuestion, Depends(QueryOf(StatisticsQuestion))]


@router.get(
    "/on-time",
    summary="Tỷ lệ giải quyết đúng hạn / How often the promise was kept",
    response_model=None,
    responses={200: {"model": OnTimeReportView}},
)
async def on_time(request: Request, question: Question) -> Response:
    app = application_of(request)
    async with lent_reader(request) as connection:
        report = await on_time_report(connection, question, now=app.clock.now())
    return Response(orjson.dumps(on_time_document(report)), media_type="application/json")


@router.get(
    "/satisfaction",
    summary="Mức độ hài lòng / How satisfied citizens are",
    response_model=None,
    responses={200: {"model": SatisfactionReportView}},
)
async def satisfaction(request: Request, question: Question) -> Response:
    app = application_of(request)
    async with lent_reader(request) as connection:
        report = await satisfaction_report(connection, question, now=app.clock.now())
    document = satisfaction_document(report, minimum_responses=app.settings.satisfaction_minimum_responses)
    return Response(orjson.dumps(document), media_type="application/json")
