"""Routes of the figures: sums only, open to everyone; a token changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.api.deps import App, ReadConnection, public
from app.api.v1.schemas.statistics import OnTimeReportView, SatisfactionReportView
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.on_time import on_time_report
from app.services.statistics.satisfaction import satisfaction_report

router = APIRouter(prefix="/statistics", tags=["statistics"], dependencies=[Depends(public)])

Question = Annotated[StatisticsQuestion, Query()]


@router.get("/on-time", summary="Tỷ lệ giải quyết đúng hạn / How often the promise was kept")
async def on_time(question: Question, connection: ReadConnection, app: App) -> OnTimeReportView:
    return OnTimeReportView.of(await on_time_report(connection, question, now=app.clock.now()))


@router.get("/satisfaction", summary="Mức độ hài lòng / How satisfied citizens are")
async def satisfaction(question: Question, connection: ReadConnection, app: App) -> SatisfactionReportView:
    report = await satisfaction_report(connection, question, now=app.clock.now())
    return SatisfactionReportView.of(report, minimum_responses=app.settings.satisfaction_minimum_responses)
