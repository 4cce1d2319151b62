"""How a line of a charge was counted, so that anybody can check it with a pencil: Vietnamese, then English."""

from app.domain.fees import ChargeLine, FeeUnit

_UNITS = {
    FeeUnit.DOSSIER: ("hồ sơ", "dossier"),
    FeeUnit.COPY: ("bản", "copies"),
    FeeUnit.PAGE: ("trang", "pages"),
    FeeUnit.CASE: ("trường hợp", "cases"),
    FeeUnit.PERSON: ("người", "persons"),
}


def dong(amount: int) -> str:
    """Return an amount as written in Vietnam, without the unit: `1.250.000`."""
    return f"{amount:,}".replace(",", ".")


def explained(line: ChargeLine) -> tuple[str, str]:
    """Return the sum behind a line: `2 trang × 2.000 + 3 trang × 1.000 = 7.000; × 5 bản = 35.000 đồng`."""
    unit_vi, unit_en = _UNITS[line.fee.per]
    parts = line.fee.parts(line.quantity)
    counted = sum(units * each for units, each in parts)
    vi = " + ".join(f"{units} {unit_vi} × {dong(each)}" for units, each in parts) or f"0 {unit_vi}"
    en = " + ".join(f"{units} {unit_en} × {each:,}" for units, each in parts) or f"0 {unit_en}"
    vi, en = f"{vi} = {dong(counted)}", f"{en} = {counted:,}"
    if line.each_vnd < counted:
        vi, en = f"{vi}, tối đa {dong(line.each_vnd)}", f"{en}, at most {line.each_vnd:,}"
    if line.times != 1:
        vi, en = f"{vi}; × {line.times} bản = {dong(line.gross_vnd)}", f"{en}; × {line.times} = {line.gross_vnd:,}"
    if line.reduction is not None:
        percent, left = line.reduction.percent, line.amount_vnd
        vi, en = f"{vi}; giảm {percent} % còn {dong(left)}", f"{en}; less {percent} % leaves {left:,}"
    return f"{vi} đồng", f"{en} đồng"


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ")
_TEN, _HUNDRED, _THOUSAND, _FIVE = 10, 100, 1000, 5


def dong_in_words(amount: int) -> str:
    """Return an amount below a million tỷ as receipts write it out: `Một trăm hai mươi nghìn đồng`."""
    groups = []
    left = amount
    while left:
        left, group = divmod(left, _THOUSAND)
        groups.append(group)
    words = [
        f"{_three_digits(group, after_more=index + 1 < len(groups))} {_GROUPS[index]}".rstrip()
        for index, group in enumerate(groups)
        if group
    ]
    text = " ".join(reversed(words)) or _DIGITS[0]
    return f"{text[0].upper()}{text[1:]} đồng"


def _three_digits(group: int, *, after_more: bool) -> str:
    hundreds, rest = divmod(group, _HUNDRED)
    tens, units = divmod(rest, _TEN)
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or after_more else []
    if tens > 1:
        words.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        words.append("mười")
    elif units and words:
        words.append("lẻ")
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == _FIVE and tens:
        words.append("lăm")
    elif units:
        words.append(_DIGITS[units])
    return " ".join(words)
