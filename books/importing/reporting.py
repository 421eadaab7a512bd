"""What an import did: the counts, and every row that was refused or changed with the reason."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Outcome(StrEnum):
    CREATED = "created"
    KNOWN = "already there"
    REFUSED = "refused"


class Remark(NamedTuple):
    """`refused` tells a row left out from one that was changed on its way in."""

    line: int
    title: str
    refused: bool
    reason: str


@dataclass
class Report:
    profile: str
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    copies: int = 0
    remarks: list[Remark] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    @property
    def changed(self) -> int:
        """Rows that came in with something left out or mended."""
        return len({remark.line for remark in self.remarks if not remark.refused})

    def refuse(self, line: int, title: str, reason: str) -> None:
        self.outcomes[Outcome.REFUSED] += 1
        self.remarks.append(Remark(line, title, True, reason))

    def write_csv(self, path: Path) -> None:
        """Raises OSError."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "title", "result", "reason"])
            for remark in sorted(self.remarks):
                result = "refused" if remark.refused else "changed"
                writer.writerow([remark.line, remark.title, result, remark.reason])
