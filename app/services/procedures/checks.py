"""What a content must hold together: to be written down at all, and to be published. Every fault at once."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from app.domain.deadline_terms import Limit
from app.domain.errors import InvalidInput, Refusal
from app.domain.fees import Fee, FeeStep
from app.domain.procedures import Channel, ServiceLevel
from app.services.procedures.inputs import FeeInput, LimitInput, TermInput, VersionInput


def draft_faults(content: VersionInput) -> list[Refusal]:
    """Return what contradicts itself in a content, finished or not.

    Codes: `component_code_repeated`, `term_repeated`, `fee_repeated`, `case_variant_repeated`, `case_variant_unknown`,
    `case_requires_unknown`, `committed_above_statutory`, `fee_tariff_invalid`, and those of a Limit.
    """
    return [
        *_repeated("case_variants", "case_variant_repeated", [(case.code,) for case in content.case_variants]),
        *_repeated("components", "component_code_repeated", [(c.code, c.case_variant) for c in content.components]),
        *_repeated("terms", "term_repeated", [(t.channel.value, t.case_variant) for t in content.terms]),
        *_repeated("fees", "fee_repeated", [(f.code, f.channel.value) for f in content.fees]),
        *_unknown_cases(content),
        *(fault for index, term in enumerate(content.terms) for fault in _term_faults(index, term)),
        *(fault for index, fee in enumerate(content.fees) for fault in _fee_faults(index, fee)),
    ]


def publication_faults(content: VersionInput) -> list[Refusal]:
    """Return what a content lacks to be published, besides `draft_faults`.

    Codes: `terms_missing`; `term_missing_for_channel`, a channel that has a fee or that the level promises, without a
    limit; `term_missing_for_case`; `level_excludes_online`, a limit online although the level is information only.
    """
    faults = draft_faults(content)
    if not content.terms:
        faults.append(Refusal("terms_missing", "terms"))
    offered = {term.channel for term in content.terms}
    promised = {fee.channel for fee in content.fees}
    if content.level in (ServiceLevel.FULL, ServiceLevel.PARTIAL):
        promised.add(Channel.ONLINE)
    if content.level is ServiceLevel.INFORMATION and Channel.ONLINE in offered:
        faults.append(Refusal("level_excludes_online", "level"))
    faults += [
        Refusal("term_missing_for_channel", "terms", {"channel": channel.value})
        for channel in sorted(promised - offered)
    ]
    return faults + list(_cases_without_term(content))


def _repeated(field: str, code: str, keys: Iterable[tuple[Hashable, ...]]) -> Iterator[Refusal]:
    seen: Counter[tuple[Hashable, ...]] = Counter()
    for index, key in enumerate(keys):
        seen[key] += 1
        if seen[key] == 2:  # noqa: PLR2004 - said once, at the second mention
            yield Refusal(code, f"{field}.{index}", {"code": str(key[0])})


def _unknown_cases(content: VersionInput) -> Iterator[Refusal]:
    cases = {"", *(case.code for case in content.case_variants)}
    for field, named in (
        ("components", [component.case_variant for component in content.components]),
        ("terms", [term.case_variant for term in content.terms]),
    ):
        for index, case_variant in enumerate(named):
            if case_variant not in cases:
                path = f"{field}.{index}.case_variant"
                yield Refusal("case_variant_unknown", path, {"case_variant": case_variant})
    components = {component.code for component in content.components}
    for index, case in enumerate(content.case_variants):
        for code in case.requires:
            if code not in components:
                yield Refusal("case_requires_unknown", f"case_variants.{index}.requires", {"component": code})


def _term_faults(index: int, term: TermInput) -> Iterator[Refusal]:
    path = f"terms.{index}"
    for name, limit in (
        ("statutory", term.statutory),
        ("committed", term.committed),
        ("verification", term.verification),
    ):
        if limit is not None:
            yield from _limit_faults(f"{path}.{name}.value", limit)
    statutory, committed = term.statutory, term.committed
    if committed is not None and committed.unit is statutory.unit and committed.value > statutory.value:
        params = {"statutory": statutory.value, "committed": committed.value}
        yield Refusal("committed_above_statutory", f"{path}.committed.value", params)


def _limit_faults(path: str, limit: LimitInput) -> Iterator[Refusal]:
    try:
        Limit(limit.value, limit.unit)
    except InvalidInput as error:
        for refusal in error.refusals:
            yield Refusal(refusal.code, path, refusal.params)


def _fee_faults(index: int, fee: FeeInput) -> Iterator[Refusal]:
    steps = tuple(FeeStep(step.from_quantity, step.amount_vnd) for step in fee.later_steps)
    try:
        Fee(fee.amount_vnd, fee.per, fee.name, steps, fee.cap_vnd)
    except ValueError:
        yield Refusal("fee_tariff_invalid", f"fees.{index}.later_steps")


def _cases_without_term(content: VersionInput) -> Iterator[Refusal]:
    covered = {(term.case_variant, term.channel) for term in content.terms}
    for channel in sorted({term.channel for term in content.terms}):
        if ("", channel) in covered:
            continue
        missing = [case.code for case in content.case_variants if (case.code, channel) not in covered]
        if missing:
            params = {"channel": channel.value, "case_variants": ", ".join(missing)}
            yield Refusal("term_missing_for_case", "terms", params)
