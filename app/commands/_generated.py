"""The pages made from the code: the published contract, and the dossier's life as a table and a diagram."""

import datetime as dt
import json

from app.api.app import build_api
from app.core.settings import Settings
from app.domain.lifecycle import (
    TRANSITIONS,
    ClockEffect,
    DossierAction,
    DossierSituation,
    DossierState,
    Side,
    Transition,
    resume_state,
)

STATE_NAMES = {
    DossierState.REGISTERED: "Mới đăng ký",
    DossierState.ACCEPTED: "Được tiếp nhận",
    DossierState.REFUSED: "Không được tiếp nhận",
    DossierState.PROCESSING: "Đang xử lý",
    DossierState.AWAITING_SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    DossierState.AWAITING_PAYMENT: "Yêu cầu thực hiện nghĩa vụ tài chính",
    DossierState.WITHDRAWN: "Công dân yêu cầu rút hồ sơ",
    DossierState.STOPPED: "Dừng xử lý",
    DossierState.RESOLVED: "Đã xử lý xong",
    DossierState.RETURNED: "Đã trả kết quả",
}
ACTION_NAMES = {
    DossierAction.ACCEPT: "Tiếp nhận",
    DossierAction.REFUSE: "Từ chối tiếp nhận",
    DossierAction.REQUEST_SUPPLEMENT: "Yêu cầu bổ sung",
    DossierAction.RECEIVE_SUPPLEMENT: "Nhận bổ sung",
    DossierAction.START_PROCESSING: "Bắt đầu xử lý",
    DossierAction.REQUEST_PAYMENT: "Yêu cầu nghĩa vụ tài chính",
    DossierAction.CONFIRM_PAYMENT: "Xác nhận đã nộp",
    DossierAction.EXTEND: "Xin lỗi và gia hạn",
    DossierAction.RESOLVE: "Giải quyết xong",
    DossierAction.HAND_OVER: "Trả kết quả",
    DossierAction.WITHDRAW: "Rút hồ sơ",
    DossierAction.STOP: "Dừng giải quyết",
    DossierAction.CORRECT: "Đính chính sai sót",
}
SIDE_NAMES = {
    Side.RECEIVING: "nơi tiếp nhận",
    Side.COMPETENT: "nơi có thẩm quyền",
    Side.EITHER: "một trong hai",
}
CLOCK_NAMES = {
    ClockEffect.NONE: "không đổi",
    ClockEffect.START: "bắt đầu",
    ClockEffect.SUSPEND: "tạm dừng",
    ClockEffect.RESUME: "chạy tiếp",
    ClockEffect.EXTEND: "gia hạn",
    ClockEffect.END: "kết thúc",
    ClockEffect.RECOMPUTE: "tính lại",
}

_ANY_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_INTRODUCTION = """\
# Vòng đời hồ sơ / The dossier's life

Trang này được sinh ra từ `app/domain/lifecycle.py` bằng `make docs`; đừng sửa tay.
This page is generated from `app/domain/lifecycle.py` by `make docs`; do not edit it.
"""


def openapi_text() -> str:
    """Return the contract as committed: keys sorted, two spaces, letters as they are, one newline at the end."""
    document = build_api(Settings.model_construct()).openapi()
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def lifecycle_text() -> str:
    """Return `docs/lifecycle.md`: states, acts, what leads where, and a diagram."""
    parts = [_INTRODUCTION, _states(), _actions(), _matrix(), _diagram()]
    return "\n".join(parts)


def _states() -> str:
    lines = ["## Trạng thái / States", "", "| Mã | Tên quốc gia | `state` | Kết thúc |", "|---|---|---|---|"]
    for state in DossierState:
        final = "có" if state.is_final else ""
        lines.append(f"| {state.value} | {STATE_NAMES[state]} | `{state.label}` | {final} |")
    return "\n".join([*lines, ""])


def _actions() -> str:
    lines = [
        "## Thao tác / Acts",
        "",
        "| Thao tác | `action` | Quyền | Bên thực hiện | Đồng hồ | Sự kiện |",
        "|---|---|---|---|---|---|",
    ]
    for action, row in TRANSITIONS.items():
        side, clock = SIDE_NAMES[row.side], CLOCK_NAMES[row.clock]
        name = ACTION_NAMES[action]
        lines.append(f"| {name} | `{action}` | `{row.permission}` | {side} (`{row.side}`) | {clock} | `{row.event}` |")
    return "\n".join([*lines, ""])


def _matrix() -> str:
    """Rows are states, columns acts; a cell names the state the act leads to."""
    header = " | ".join(f"`{action}`" for action in TRANSITIONS)
    lines = [
        "## Trạng thái × thao tác / State × act",
        "",
        "Ô trống: không thể. `=`: giữ nguyên trạng thái. / Empty: not possible. `=`: the state stays.",
        "",
        f"| | {header} |",
        "|---|" + "---|" * len(TRANSITIONS),
    ]
    for state in DossierState:
        cells = (" / ".join(_shown(target, state) for target in _targets(row, state)) for row in TRANSITIONS.values())
        lines.append(f"| {state.value} `{state.label}` | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _diagram() -> str:
    lines = ["## Sơ đồ / Diagram", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'  state "{state.value}. {STATE_NAMES[state]}" as {state.label}' for state in DossierState]
    lines.append(f"  [*] --> {DossierState.REGISTERED.label}: Đăng ký")
    for state in DossierState:
        for action, row in TRANSITIONS.items():
            for target in _targets(row, state):
                if target is not state:
                    lines.append(f"  {state.label} --> {target.label}: {ACTION_NAMES[action]}")
    lines += [f"  {state.label} --> [*]" for state in DossierState if state.is_final]
    return "\n".join([*lines, "```", ""])


def _targets(row: Transition, state: DossierState) -> list[DossierState]:
    """Where the act leads from `state`: several places for an end of waiting, which goes back to where it began."""
    if state not in row.from_states:
        return []
    if row.to_state is not None:
        return [row.to_state]
    return _resumed(state) if row.clock is ClockEffect.RESUME else [state]


def _resumed(state: DossierState) -> list[DossierState]:
    """The states that the law's own function names for each past a waiting dossier can have."""
    pasts = [
        DossierSituation(state=state, registered_at=_ANY_MOMENT, accepted_at=accepted, started_at=started)
        for accepted, started in ((None, None), (_ANY_MOMENT, None), (_ANY_MOMENT, _ANY_MOMENT))
        if accepted is not None or state is not DossierState.AWAITING_PAYMENT  # payment is asked after acceptance only
    ]
    return [resume_state(past) for past in pasts]


def _shown(target: DossierState, state: DossierState) -> str:
    return "=" if target is state else str(target.value)
