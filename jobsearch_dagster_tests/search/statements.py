"""Statements for the guard and the sandbox: the attacks of `attacks.yaml`, the honest ones of `honest.yaml`, mixtures.

Attacks aim at a folder with a catalog and a file that holds `SECRET`.
"""

from dataclasses import dataclass
from pathlib import Path
from string import printable
from typing import Any

import yaml
from hypothesis import strategies as st

SECRET = "swordfish"


@dataclass(frozen=True)
class Attack:
    """One entry of the table.

    Attributes:
        template: `sql` of the entry.
        rule: What must meet it.
        locked: What the locked connection alone does; None where that is not tried.
    """

    name: str
    owasp: str
    template: str
    rule: str
    locked: str | None

    def sql(self, folder: Path) -> str:
        """The statement, aimed at a secret in the folder."""
        places = {"{secret}": str(folder / "secret.csv"), "{folder}": str(folder), "{half}": "\ud800"}
        sql = self.template
        for place, value in places.items():
            sql = sql.replace(place, value)
        return sql


def _attack(entry: dict[str, Any]) -> Attack:
    grow = entry.get("grow", {"part": "", "times": 0})
    template = entry["sql"].replace("{grown}", grow["part"] * grow["times"] + grow.get("end", ""))
    return Attack(entry["name"], entry["owasp"], template, entry["rule"], entry.get("locked"))


def _table(name: str) -> list[Any]:
    return yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))


ATTACKS: list[Attack] = [_attack(entry) for entry in _table("attacks.yaml")]
HONEST: list[str] = _table("honest.yaml")
_TEXTS = [*HONEST, *(attack.template for attack in ATTACKS if len(attack.template) < 500)]


def attack_named(name: str) -> Attack:
    """One attack of the table."""
    [attack] = [attack for attack in ATTACKS if attack.name == name]
    return attack


@st.composite
def _mixed(draw: st.DrawFn) -> str:
    """An honest statement or an attack with a piece of another in some place."""
    host, guest = draw(st.sampled_from(_TEXTS)), draw(st.sampled_from(_TEXTS))
    start, end = sorted((draw(st.integers(0, len(guest))), draw(st.integers(0, len(guest)))))
    at = draw(st.integers(0, len(host)))
    return host[:at] + guest[start:end] + host[at + draw(st.integers(0, 8)) :]


_words = st.sampled_from(sorted({word for text in _TEXTS for word in text.split()}))
texts = st.text() | st.text(printable) | st.lists(_words, max_size=12).map(" ".join) | _mixed()
"""Any text: of any characters, of ASCII, of the words of statements, of their pieces."""


def digests_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and what is in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
