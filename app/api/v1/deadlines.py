"""Routes of deadlines."""

from fastapi import Depends

from app.api.deps import ReadConnection, public
from app.api.noun_router import NounRouter
from app.api.v1.schemas.deadlines import CalculatedDeadline
from app.services.deadlines.calculate import calculate
from app.services.deadlines.inputs import Calculation

router = NounRouter(tags=["deadlines"])


@router.post(
    "/deadlines/calculate",
    summary="Tính hạn trả kết quả, có giải thích / Calculate a due time, with its explanation",
    dependencies=[Depends(public)],
)
async def calculate_deadline(asked: Calculation, connection: ReadConnection) -> CalculatedDeadline:
    return CalculatedDeadline.model_validate(await calculate(connection, asked))
