"""The manifests of a package: METS 1.12 (what lies where), PREMIS 3 (what happened to it), Dublin Core (what it is).

TT 05/2025/TT-BNV asks for packages of this kind, with `OBJID urn:<fonds>:<uuid>`.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from app.core.clock import LOCAL_ZONE
from app.services.archive.contents import DESCRIPTION, METS, PREMIS, SUMS, Entry, Package, made_entry

_METS, _XLINK = "http://www.loc.gov/METS/", "http://www.w3.org/1999/xlink"
_PREMIS, _XSI = "http://www.loc.gov/premis/v3", "http://www.w3.org/2001/XMLSchema-instance"
_DC, _OAI = "http://purl.org/dc/elements/1.1/", "http://www.openarchives.org/OAI/2.0/oai_dc/"
for _prefix, _uri in (
    ("mets", _METS), ("xlink", _XLINK), ("premis", _PREMIS), ("xsi", _XSI), ("dc", _DC), ("oai_dc", _OAI),
):  # fmt: skip
    register_namespace(_prefix, _uri)

_SOFTWARE = "motcua"
_XML = "text/xml"


def manifest_entries(package: Package) -> tuple[Entry, ...]:
    """Return description, PREMIS, METS and the list of checksums, in this order; each speaks of those before it."""
    description = _entry(DESCRIPTION, _description(package), package)
    premis = _entry(PREMIS, _premis(package), package)
    mets = _entry(METS, _mets(package, description, premis), package)
    listed = sorted([*package.entries, description, premis, mets], key=lambda entry: entry.path)
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in listed).encode()
    checksums = made_entry(
        SUMS, sums, media_type="text/plain", label="SHA-256", section="manifest", created_at=package.made_at
    )
    return description, premis, mets, checksums


def _entry(path: str, root: Element, package: Package) -> Entry:
    indent(root)
    content = tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
    return made_entry(path, content, media_type=_XML, label=path, section="manifest", created_at=package.made_at)


def _description(package: Package) -> Element:
    root = Element(f"{{{_OAI}}}dc")
    facts = (
        ("title", package.title),
        ("identifier", package.dossier),
        ("identifier", package.object_id),
        ("creator", package.unit_name),
        ("date", "" if package.accepted_on is None else package.accepted_on.isoformat()),
        ("type", "Hồ sơ giải quyết thủ tục hành chính"),
        ("language", "vi"),
    )
    for name, value in facts:
        if value:
            SubElement(root, f"{{{_DC}}}{name}").text = value
    return root


def file_id(entry: Entry) -> str:
    """Return the XML id of a file, made of its path."""
    return f"file-{hashlib.sha256(entry.path.encode()).hexdigest()[:16]}"


def _premis(package: Package) -> Element:
    root = Element(f"{{{_PREMIS}}}premis", {"version": "3.0"})
    for entry in package.entries:
        found = _premis_child(root, "object", {f"{{{_XSI}}}type": "premis:file"})
        _identified(found, "object", "path", entry.path)
        facts = _premis_child(found, "objectCharacteristics")
        fixity = _premis_child(facts, "fixity")
        _premis_child(fixity, "messageDigestAlgorithm", text="SHA-256")
        _premis_child(fixity, "messageDigest", text=entry.sha256)
        _premis_child(facts, "size", text=str(entry.size_bytes))
        designation = _premis_child(_premis_child(facts, "format"), "formatDesignation")
        _premis_child(designation, "formatName", text=entry.media_type)
        _premis_child(found, "originalName", text=entry.label)
        _linked(found, "Event", "local", f"ingestion-{file_id(entry)}")
        _linked(found, "Event", "local", "packaging")
    for entry in package.entries:
        _event(root, f"ingestion-{file_id(entry)}", "ingestion", entry.created_at, package.unit_code, [entry])
    _event(root, "packaging", "packaging", package.made_at, _SOFTWARE, package.entries)
    for identifier, name, kind in (
        (package.unit_code, package.unit_name, "organization"), (_SOFTWARE, _SOFTWARE, "software"),
    ):  # fmt: skip
        agent = _premis_child(root, "agent")
        _identified(agent, "agent", "local", identifier)
        _premis_child(agent, "agentName", text=name)
        _premis_child(agent, "agentType", text=kind)
    return root


def _event(root: Element, identifier: str, kind: str, at: dt.datetime, agent: str, entries: Iterable[Entry]) -> None:
    event = _premis_child(root, "event")
    _identified(event, "event", "local", identifier)
    _premis_child(event, "eventType", text=kind)
    _premis_child(event, "eventDateTime", text=_instant(at))
    outcome = _premis_child(event, "eventOutcomeInformation")
    _premis_child(outcome, "eventOutcome", text="success")
    _linked(event, "Agent", "local", agent)
    for entry in entries:
        _linked(event, "Object", "path", entry.path)


def _premis_child(
    parent: Element, name: str, attributes: dict[str, str] | None = None, *, text: str | None = None
) -> Element:
    child = SubElement(parent, f"{{{_PREMIS}}}{name}", attributes or {})
    child.text = text
    return child


def _identified(parent: Element, name: str, kind: str, value: str) -> None:
    identifier = _premis_child(parent, f"{name}Identifier")
    _premis_child(identifier, f"{name}IdentifierType", text=kind)
    _premis_child(identifier, f"{name}IdentifierValue", text=value)


def _linked(parent: Element, name: str, kind: str, value: str) -> None:
    link = _premis_child(parent, f"linking{name}Identifier")
    _premis_child(link, f"linking{name}IdentifierType", text=kind)
    _premis_child(link, f"linking{name}IdentifierValue", text=value)


def _mets(package: Package, description: Entry, premis: Entry) -> Element:
    root = Element(f"{{{_METS}}}mets", {"OBJID": package.object_id, "TYPE": "dossier", "LABEL": package.dossier})
    header = _mets_child(root, "metsHdr", {"CREATEDATE": _instant(package.made_at), "RECORDSTATUS": "NEW"})
    for attributes, name in (
        ({"ROLE": "ARCHIVIST", "TYPE": "ORGANIZATION"}, package.unit_name),
        ({"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}, _SOFTWARE),
    ):
        _mets_child(_mets_child(header, "agent", attributes), "name").text = name
    _reference(_mets_child(root, "dmdSec", {"ID": "description"}), description, "DC")
    administration = _mets_child(root, "amdSec", {"ID": "administration"})
    _reference(_mets_child(administration, "digiprovMD", {"ID": "preservation"}), premis, "PREMIS")
    section = _mets_child(root, "fileSec")
    groups = _by_section(package.entries)
    for name, entries in groups:
        group = _mets_child(section, "fileGrp", {"USE": name})
        for entry in entries:
            file = _mets_child(group, "file", {"ID": file_id(entry), **_facts(entry), "ADMID": "preservation"})
            _mets_child(file, "FLocat", _location(entry))
    structure = _mets_child(root, "structMap", {"TYPE": "PHYSICAL", "LABEL": package.dossier})
    whole = _mets_child(structure, "div", {"TYPE": "dossier", "LABEL": package.title, "DMDID": "description"})
    for name, entries in groups:
        part = _mets_child(whole, "div", {"TYPE": name})
        for entry in entries:
            item = _mets_child(part, "div", {"TYPE": "file", "LABEL": entry.label})
            _mets_child(item, "fptr", {"FILEID": file_id(entry)})
    return root


def _by_section(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    names = dict.fromkeys(entry.section for entry in entries)
    return [(name, [entry for entry in entries if entry.section == name]) for name in names]


def _mets_child(parent: Element, name: str, attributes: dict[str, str] | None = None) -> Element:
    return SubElement(parent, f"{{{_METS}}}{name}", attributes or {})


def _reference(parent: Element, entry: Entry, kind: str) -> None:
    facts = {**_location(entry), "MDTYPE": kind, **_facts(entry)}
    _mets_child(parent, "mdRef", facts)


def _facts(entry: Entry) -> dict[str, str]:
    return {
        "MIMETYPE": entry.media_type,
        "SIZE": str(entry.size_bytes),
        "CREATED": _instant(entry.created_at),
        "CHECKSUM": entry.sha256,
        "CHECKSUMTYPE": "SHA-256",
    }


def _location(entry: Entry) -> dict[str, str]:
    return {"LOCTYPE": "URL", f"{{{_XLINK}}}type": "simple", f"{{{_XLINK}}}href": entry.path}


def _instant(value: dt.datetime) -> str:
    return value.astimezone(LOCAL_ZONE).isoformat(timespec="seconds")
