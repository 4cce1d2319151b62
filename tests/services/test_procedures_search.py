import datetime as dt
from typing import Any

import pytest

from app.bootstrap import Application
from app.core.db import from_json
from app.data import rows
from app.domain.procedures import Channel, SearchDocument, rank
from app.services.procedures.browse import Search, search_procedures
from app.services.procedures.entries import search_column

TODAY = dt.date(2026, 11, 23)


async def found(application: Application, search: Search, *, limit: int = 200) -> list[dict[str, Any]]:
    async with application.database.read() as connection:
        page = await search_procedures(connection, search, today=TODAY, after=None, limit=limit)
    return [from_json(document) for document in page.documents]


async def codes(application: Application, text: str) -> list[str]:
    return [item["code"] for item in await found(application, Search(text=text))]


def shipped_documents() -> list[SearchDocument]:
    synonyms: dict[str, list[str]] = {}
    for row in rows("procedure_synonyms.csv"):
        synonyms.setdefault(row["procedure_code"], []).append(row["synonym"])
    return [
        SearchDocument(
            code=row["code"], name=row["name"], field=row["field"], synonyms=tuple(synonyms.get(row["code"], ()))
        )
        for row in rows("procedures.csv")
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("khai sinh", "1.001193"),
        ("giay khai sinh", "1.001193"),
        ("Giấy Khai Sinh", "1.001193"),
        ("sao y", "2.000815"),
        ("chung thuc ban sao", "2.000815"),
        ("1.001193", "1.001193"),
        ("1.001193.000.00.00.h42", "1.001193"),
        ("dang ky khai si", "1.001193"),
        ("ket hon", "1.000894"),
        ("cha me con", "1.001022"),
    ],
)
async def test_people_find_what_they_mean_without_accents(application: Application, text: str, first: str) -> None:
    assert (await codes(application, text))[0] == first


async def test_the_database_finds_what_the_domain_finds_and_agrees_on_the_best(application: Application) -> None:
    documents = shipped_documents()
    queries = {document.code for document in documents} | {document.name for document in documents}
    queries |= {synonym for document in documents for synonym in document.synonyms}
    for text in sorted(queries):
        ranks = {document.code: rank(text, document) for document in documents}
        listed = await codes(application, text)
        expected = {code for code, place in ranks.items() if place > 0}
        assert set(listed) == expected, text
        assert ranks[listed[0]] == max(ranks.values()), text


async def test_a_word_too_many_shows_what_has_most_of_the_words(application: Application) -> None:
    assert "1.001193" in await codes(application, "làm giấy khai sinh cho con ở xã mới")
    assert await codes(application, "zzz qqq") == []
    assert await codes(application, "!!!") == []


async def test_siblings_are_shown_with_what_distinguishes_them(application: Application) -> None:
    (item,) = await found(application, Search(text="2.000815"))
    siblings = {sibling["code"]: sibling for sibling in item["siblings"]}
    assert set(siblings) == {"2.000635", "2.000908", "2.000942"}
    assert siblings["2.000908"]["name"] == "Cấp bản sao từ sổ gốc"
    assert siblings["2.000908"]["distinguishing"].startswith("Không còn bản chính")
    assert item["distinguishing"].startswith("Sao từ bản chính")


async def test_filters_narrow_the_list(application: Application) -> None:
    civil_status = await found(application, Search(field="HO TICH"))
    assert {item["field"] for item in civil_status} == {"Hộ tịch"}
    postal = await found(application, Search(channel=Channel.POSTAL))
    assert 0 < len(postal) < 75
    assert all("postal" in item["channels"] for item in postal)
    both = await found(application, Search(text="khai sinh", channel=Channel.POSTAL, field="hộ tịch"))
    assert {item["code"] for item in both} <= {item["code"] for item in postal}
    assert both[0]["code"] == "1.001193"


@pytest.mark.parametrize("text", [None, "khai sinh", "đăng ký"])
async def test_pages_together_are_the_whole_list_in_order(application: Application, text: str | None) -> None:
    whole = [item["code"] for item in await found(application, Search(text=text))]
    paged: list[str] = []
    after: list[Any] | None = None
    async with application.database.read() as connection:
        while True:
            page = await search_procedures(connection, Search(text=text), today=TODAY, after=after, limit=4)
            paged += [from_json(document)["code"] for document in page.documents]
            if page.next_after is None:
                break
            after = list(page.next_after)
    assert paged == whole
    assert len(whole) == len(set(whole)) > 4


def test_the_search_column_keeps_kinds_of_text_apart() -> None:
    column = search_column(code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch", synonyms=["Giấy khai sinh"])
    assert column == "c 1.001193 \nn dang ky khai sinh \nf ho tich \ns giay khai sinh \n"
