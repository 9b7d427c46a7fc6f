"""The hidden label as a value, as JSON and as an XMP packet. Pure; must not know a file format.

Source: GB 45438-2025, annex E (keys, order, characters) and TC260-PG-20259A (the XMP property).
"""

import html
import json
import re
from dataclasses import dataclass
from typing import Any, Self

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_KEYS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
_PRINTABLE = re.compile(r"[\x21-\x7e]*")
_PROPERTY = re.compile(
    r"<TC260:AIGC(?:\s[^>]*)?>(?P<element>.*?)</TC260:AIGC\s*>"
    r"|\sTC260:AIGC\s*=\s*(?P<quote>[\"'])(?P<attribute>.*?)(?P=quote)",
    re.DOTALL,
)
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcLabel:
    """What a file says about who made it with AI: `label` "1" is so made, "2" may be, "3" is suspected."""

    label: str
    content_producer: str
    produce_id: str
    reserved_code1: str = ""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""

    @property
    def valid(self) -> bool:
        """Whether it may stand as it is: the needed values there, all of printable ASCII without spaces."""
        needed = self.label in ("1", "2", "3") and self.content_producer and self.produce_id
        return bool(needed) and all(_PRINTABLE.fullmatch(value) for value in self._values())

    def json(self) -> str:
        """The JSON text of the standard: every key, in its order, ASCII only."""
        return json.dumps(dict(zip(_KEYS, self._values(), strict=True)), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """Read the text of the standard, bare or wrapped in `{"AIGC": ...}`; None when it is neither."""
        try:
            value: Any = json.loads(text.strip("\0 \t\r\n"))
        except (ValueError, RecursionError):
            return None
        if isinstance(value, dict) and "AIGC" in value:
            value = value["AIGC"]
        if not isinstance(value, dict) or "Label" not in value:
            return None
        values = [str(value.get(key, "")) for key in _KEYS]
        return cls(
            label=values[0],
            content_producer=values[1],
            produce_id=values[2],
            reserved_code1=values[3],
            content_propagator=values[4],
            propagate_id=values[5],
            reserved_code2=values[6],
        )

    def _values(self) -> tuple[str, ...]:
        return (
            self.label,
            self.content_producer,
            self.produce_id,
            self.reserved_code1,
            self.content_propagator,
            self.propagate_id,
            self.reserved_code2,
        )


def xmp_packet(label: AigcLabel) -> bytes:
    """One XMP packet that holds the label and nothing else, UTF-8."""
    text = html.escape(label.json(), quote=False)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}">'
        f"<TC260:AIGC>{text}</TC260:AIGC>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()


def properties(packet: str) -> tuple[str, ...]:
    """The value of every `TC260:AIGC` in an XMP packet, as an element or an attribute, unescaped.

    Searched for, not parsed as XML: foreign packets are often not well-formed, and must not reach an XML
    parser with its entities.
    """
    found = []
    for match in _PROPERTY.finditer(packet):
        raw = match["element"] if match["element"] is not None else match["attribute"]
        cdata = _CDATA.fullmatch(raw)
        found.append(cdata[1] if cdata else html.unescape(raw))
    return tuple(found)
