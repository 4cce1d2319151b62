"""People who never lived: identity numbers of the 2300s, and names put together from a short list by chance."""

import random

from app.domain.identifiers import Gender

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Đinh", "Tạ")
_MIDDLES = {Gender.FEMALE: ("Thị Thử", "Thị Mẫu", "Minh Họa"), Gender.MALE: ("Văn Thử", "Văn Mẫu", "Đức Minh")}
_GIVEN = ("An", "Bình", "Chi", "Dương", "Giang", "Hà", "Hải", "Hạnh", "Khánh", "Lan", "Linh", "Mai", "Nam", "Ngọc",
          "Phúc", "Quân", "Sơn", "Tâm", "Thảo", "Trang", "Tuấn", "Vân", "Việt", "Yến")  # fmt: skip
_CENTURY_OF_NOBODY = {Gender.MALE: "8", Gender.FEMALE: "9"}
"""Fourth digits of births in the 2300s, even for men."""


def synthetic_person(chance: random.Random, *, province: str = "037", address: str | None = None) -> dict[str, str]:
    """Return a citizen as the body of a registration has them."""
    gender = chance.choice((Gender.FEMALE, Gender.MALE))
    year, serial = chance.randrange(45, 100), chance.randrange(1_000_000)
    person = {
        "kind": "citizen",
        "full_name": f"{chance.choice(_FAMILIES)} {chance.choice(_MIDDLES[gender])} {chance.choice(_GIVEN)}",
        "identity_number": f"{province}{_CENTURY_OF_NOBODY[gender]}{year:02d}{serial:06d}",
        "gender": gender.value,
    }
    return person if address is None else person | {"address": address}
