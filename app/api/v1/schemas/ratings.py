"""What goes out about ratings: JSON, and a small page."""

from collections.abc import Sequence
from html import escape

from pydantic import BaseModel

from app.api.messages import MESSAGES
from app.api.small_pages import facts, headline, paragraph, small_page
from app.services.satisfaction.rate import RatingInvitation

_TITLE = "Đánh giá dịch vụ"


class ChoiceOut(BaseModel):
    code: str
    vi: str
    en: str


class RatingInvitationOut(BaseModel):
    dossier_code: str
    procedure_name: str
    open: bool
    rated: bool
    levels: list[ChoiceOut]
    reasons: list[ChoiceOut]


class RatedOut(BaseModel):
    level: int
    vi: str
    en: str


def invitation_page(
    found: RatingInvitation, token: str, levels: Sequence[ChoiceOut], reasons: Sequence[ChoiceOut]
) -> str:
    """Return the form: the five levels, the best first, and what one may add. It needs no script."""
    best_first = reversed(levels)
    fields = [
        '<fieldset><legend>Ông/bà hài lòng thế nào? <span class="en">How satisfied are you?</span></legend>',
        *(_choice("radio", "level", level, required=True) for level in best_first),
        '</fieldset><fieldset><legend>Vì sao? (không bắt buộc) <span class="en">Why? (optional)</span></legend>',
        *(_choice("checkbox", "reasons", reason) for reason in reasons),
        "</fieldset><label>Góp ý thêm, xin không ghi tên hay số giấy tờ ",
        '<span class="en">Anything else; please no names or numbers</span><br>',
        '<textarea name="comment" maxlength="300" rows="3"></textarea></label><br>',
        "<button>Gửi đánh giá</button>",
    ]
    return small_page(
        _TITLE,
        headline("Mời ông/bà đánh giá", "Please rate our service", good=True),
        facts([("Thủ tục", found.procedure_name)]),
        f'<form class="rate" method="post" action="/r/{escape(token, quote=True)}">{"".join(fields)}</form>',
        paragraph("Mỗi hồ sơ đánh giá một lần.", "Once for each dossier."),
    )


def rated_page() -> str:
    return small_page(_TITLE, headline("Cảm ơn ông/bà đã đánh giá", "Thank you for your rating", good=True))


def refused_page(code: str) -> str:
    """Return the page that says why no rating was taken; `code` is one of the messages."""
    vi, en = MESSAGES[code]
    return small_page(_TITLE, headline(vi, en, good=code == "already_rated"))


def unknown_page() -> str:
    """Return the page for a capability that was never given out, or whose receipt is void."""
    return small_page(
        _TITLE,
        headline(*MESSAGES["rating_unknown"], good=False),
        paragraph("Hãy quét lại mã trên giấy hẹn mới nhất.", "Scan the code on your newest receipt."),
    )


def _choice(kind: str, name: str, choice: ChoiceOut, *, required: bool = False) -> str:
    value = escape(choice.code, quote=True)
    demanded = " required" if required else ""
    return (
        f'<label class="choice"><input type="{kind}" name="{name}" value="{value}"{demanded}> '
        f'{escape(choice.vi)} <span class="en">{escape(choice.en)}</span></label>'
    )
