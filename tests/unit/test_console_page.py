"""What docs/console.md says of tests is true: each that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THEMES = 17


def test_every_complaint_has_an_answer_and_a_test_that_exists():
    page = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
    rows = page.split("<!-- complaints -->")[1].split("<!-- end -->")[0].strip().splitlines()[2:]
    assert len(rows) == THEMES
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named, f"no test is named for: {row}"
        code = "".join((ROOT / path).read_text(encoding="utf-8") for path in named)
        missing = [name for name in re.findall(r"`(test_\w+)`", row) if f"def {name}(" not in code]
        assert not missing, f"{named} have no {missing}"
