"""People read every refusal in two languages, Vietnamese first; no text stands unused."""

import ast
import re
import string
from collections.abc import Iterator

from app.api import problems
from app.api.messages import MESSAGES, labels, text_of
from app.domain import errors
from app.domain.lifecycle import STATE_BY_LABEL, DossierAction
from app.domain.permissions import Permission, Role
from app.services.dossiers.code_lists import entries
from tests.architecture.source import calls, modules, parsed, strings

# Codes that Pydantic and the framework give; texts for them stand ready whether or not a route can provoke them today.
FRAMEWORK_CODES = {
    "bool_parsing", "bool_type", "date_parsing", "datetime_from_date_parsing",
    "datetime_parsing", "dict_type", "enum", "extra_forbidden", "greater_than", "greater_than_equal",
    "datetime_object_invalid", "finite_number", "int_from_float", "int_parsing",
    "int_parsing_size",
    "int_type", "less_than", "less_than_equal", "list_type", "literal_error", "missing", "model_attributes_type",
    "model_type", "string_pattern_mismatch", "string_unicode",
    "string_too_long", "string_too_short", "string_type", "timezone_aware",
    "too_long", "too_short", "tuple_type", "union_tag_invalid", "union_tag_not_found", "value_error",
}  # fmt: skip
MAKERS = {"Refusal", "PydanticCustomError"}


def _literals(node: ast.expr) -> Iterator[str]:
    """The codes an expression can be: a string, or either side of a conditional."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _codes_made() -> set[str]:
    made = set(problems._CODE_OF_STATUS.values()) | {"internal_error"}  # noqa: SLF001 - the table is what is tested
    made |= {kind.code for kind in _kinds(errors.DomainError)}
    for path in modules():
        for name, call in calls(path):
            if name.rpartition(".")[2] in MAKERS and call.args:
                made.update(_literals(call.args[0]))
    return made


def _kinds(kind: type[errors.DomainError]) -> Iterator[type[errors.DomainError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _words() -> set[str]:
    """Every string of the program that could be a code: codes also travel in tables and as arguments."""
    return {
        str(text.value)
        for path in modules()
        if "messages" not in path.parts
        for text in strings(path)
        if re.fullmatch(r"[a-z][a-z0-9_]+", str(text.value))
    }


def test_every_code_has_its_text() -> None:
    assert _codes_made() - MESSAGES.keys() == set()


def test_every_text_has_its_code() -> None:
    assert MESSAGES.keys() - _codes_made() - _words() - FRAMEWORK_CODES == set()


def test_texts_are_written_in_both_languages() -> None:
    assert not [code for code, (vi, en) in MESSAGES.items() if not vi.strip() or not en.strip() or vi == en]


def test_both_languages_say_the_same_parameters() -> None:
    def fields(text: str) -> set[str]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    assert not [code for code, (vi, en) in MESSAGES.items() if fields(vi) != fields(en)]


def test_no_code_is_explained_twice() -> None:
    seen: list[str] = []
    for path in modules("api/messages"):
        if path.name == "labels.py":
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Dict):
                seen += [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    assert sorted(code for code in set(seen) if seen.count(code) > 1) == []


def test_acts_states_permissions_and_roles_are_named_in_vietnamese() -> None:
    assert set(labels.ACTIONS) == {action.value for action in DossierAction}
    assert STATE_BY_LABEL.keys() - labels.STATES.keys() == set()
    assert set(labels.PERMISSIONS) == {permission.value for permission in Permission}
    assert set(labels.ROLES) == {role.value for role in Role}
    vi, en = text_of("action_not_possible_now", {"action": "accept", "state": "refused"})
    assert vi == "Không thể tiếp nhận hồ sơ khi hồ sơ ở trạng thái bị từ chối tiếp nhận"
    assert en == "accept is not possible while the dossier is refused"
    assert text_of("permission_missing", {"permission": "dossiers:receive"})[0] == (
        "Thiếu quyền tiếp nhận hồ sơ (dossiers:receive)"
    )


def test_values_to_choose_from_are_listed_with_their_names() -> None:
    vi, en = text_of("enum", {"expected": "counter, online, postal"})
    assert vi == "Giá trị không thuộc danh mục: trực tiếp (counter), trực tuyến (online), bưu chính (postal)"
    assert en == "Not one of: counter, online, postal"


def test_what_is_no_code_to_send_is_told_without_its_code() -> None:
    vi, en = text_of("result_not_possible_now", {"status": "draft", "expected": "published"})
    assert vi == "Kết quả đang ở trạng thái bản thảo; việc này cần trạng thái đã công bố"
    assert en == "The result is draft; this needs it to be published"
    vi, _ = text_of("result_dossier_not_resolved", {"state": "processing"})
    assert "đang đang" not in vi


def test_codes_to_choose_from_a_list_stand_with_what_they_mean() -> None:
    params: dict[str, object] = {"given": "x", "list": "stop_reasons", "expected": "whatever"}
    vi, en = text_of("code_unknown", params)
    assert vi.count(" – ") == en.count(" – ") == len(entries("stop_reasons"))
    assert vi.partition(" – ")[2] != en.partition(" – ")[2]
    assert text_of("code_unknown", {**params, "list": "citizen_number_provinces"})[0].endswith("; …")
