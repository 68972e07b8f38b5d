"""Statements for the guard and the sandbox: the attacks of `attacks.yaml`, the honest ones of `honest.yaml`, mixtures.

Attacks aim at a folder with a catalog and a file that holds `SECRET`.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
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


def digests_of(folder: Path) -> dict[str, str]:
    """Every file below a folder and the digest of what is in it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


@st.composite
def _mixed(draw: st.DrawFn) -> str:
    """An honest statement or an attack with a piece of another in some place."""
    host, guest = draw(st.sampled_from(_TEXTS)), draw(st.sampled_from(_TEXTS))
    start, end = sorted((draw(st.integers(0, len(guest))), draw(st.integers(0, len(guest)))))
    at = draw(st.integers(0, len(host)))
    return host[:at] + guest[start:end] + host[at + draw(st.integers(0, 8)) :]


_GRAMMAR = {
    "query": """SELECT <column>, <column> FROM <table><join><where><end>
        |SELECT <column> FROM <table><where><end>
        |WITH a AS (<query>), b AS (<query>) SELECT <column> FROM <table><where>
        |SELECT <column> FROM (<query>) AS a<where>
        |SELECT <column> FROM jobs, unnest(<value>) AS b<end>
        |<query> UNION <query>""",
    "column": "<value>|<value>|<value> AS a|<value> AS b|<value> AS <alias>|*",
    "alias": "a|b|b|split|current_user",
    "table": """jobs|jobs|jobs|jobs|jobs|jobs|jobs|jobs|jobs|main.jobs|a|b|"Jobs" AS a|jobs AS b|(<query>) AS b
        |sqlite_master|'{secret}'""",
    "join": "||| JOIN <table> ON <value>|, <table>| SEMI JOIN <table> USING (title)",
    "where": "||| WHERE <value>",
    "end": "||| GROUP BY ALL| ORDER BY ALL| ORDER BY <value> DESC| LIMIT 3| LIMIT <value>| QUALIFY <value>| FOR UPDATE",
    "value": """<name>|<name>|<name>|<name>|<function>(<value>)|<function>(<value>, <value>)|<value> <operator> <value>
        |(<value>)|(<query>)|NOT <value>|<value>::<type>|CASE WHEN <value> THEN <value> END
        |<value> IN (<value>, <value>)
        |<value> IN (<query>)|[<value>]|list_filter(<value>, lambda x: <value>)|[<value> FOR x IN <value> IF <value>]
        |count(*) FILTER (WHERE <value>) OVER (PARTITION BY <value> ORDER BY <value>)|EXISTS (<query>)
        |<value>[<value>:<value>]|<value> BETWEEN <value> AND <value>|string_agg(<value>, ',' ORDER BY <value>)""",
    "name": """title|title|title|title|skills|skills|skills|skills|min_usd|min_usd|country|country|jobs.place|a|b
        |a.title|b.b|"B"|x|'text'|1|1.5|NULL|true|split|rowid|jobs|current_user""",
    "function": 'lower|lower|count|len|list_contains|coalesce|max|concat|unnest|"Upper"|query|repeat|main.lower',
    "operator": "+|=|AND|OR|LIKE|<>|IS DISTINCT FROM|//|**|~|->|COLLATE",
    "type": "INT|VARCHAR[]|DECIMAL(5, 1)|DATE|regclass|STRUCT(a INT)",
}
"""What a statement is made of; `<part>` stands for any of the part's alternatives."""
_CHOICES = {part: [choice.rstrip() for choice in text.split("|")] for part, text in _GRAMMAR.items()}


def _grown(part: str, chance: Random, room: int = 40) -> str:
    """A text of the grammar; where there is no room for more, of alternatives that need none, or the first."""
    choices = _CHOICES[part]
    if chance.random() * 40 > room:
        choices = [choice for choice in choices if "<" not in choice] or choices[:1]
    pieces = re.split(r"<(\w+)>", chance.choice(choices))
    return "".join(_grown(piece, chance, room - 8) if n % 2 else piece for n, piece in enumerate(pieces))


_words = st.sampled_from(sorted({word for text in _TEXTS for word in text.split()}))
statements = st.integers(0, 2**60).map(lambda seed: _grown("query", Random(seed)))
"""Statements that look like SQL over `jobs`; about a fifth of them the guard lets pass."""
texts = st.text() | st.text(printable) | st.lists(_words, max_size=12).map(" ".join) | _mixed()
"""Any text: of any characters, of ASCII, of the words of statements, of their pieces."""
