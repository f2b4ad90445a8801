"""How pages are read."""

import pytest

from tests.docs.pages import PageError, anchors, blocks, links

PAGE = """# The page: `Call`, *in* 3 steps

See [here](other.md#the-end) and `[not](here.md)`.

<!-- hidden
portal = 1
-->

<!-- file: notes/a.py -->

```python
# [no](link.md)
b = 2
```

## The page: `Call`, *in* 3 steps

1. A list:

   ```sh
   bitrix-scrum demo
   ```

<!-- picture -->
```text
a -> b
```

![Chart](chart.svg) <img src="b.png" alt="B">
"""


def test_blocks_come_in_order_with_their_marks() -> None:
    found = [*blocks("page.md", PAGE)]
    assert [(each.language, each.code, each.file, each.picture) for each in found] == [
        ("hidden", "portal = 1\n", None, False),
        ("python", "# [no](link.md)\nb = 2\n", "notes/a.py", False),
        ("sh", "bitrix-scrum demo\n", None, False),
        ("text", "a -> b\n", None, True),
    ]
    assert str(found[1]) == "page.md:11"


def test_links_in_code_do_not_count() -> None:
    assert links(PAGE) == ["other.md#the-end", "chart.svg", "b.png"]


def test_headings_are_named_as_they_are_linked_to() -> None:
    assert anchors(PAGE) == {"the-page-call-in-3-steps", "the-page-call-in-3-steps-1"}


@pytest.mark.parametrize(
    "text",
    [
        "```python\nopen = 1\n",
        "<!-- hidden\nopen = 1\n",
        "<!-- file: a.py -->\nNo block.\n",
        "Text.\n\n    open = 1\n",
        "~~~python\nopen = 1\n~~~\n",
    ],
)
def test_what_is_left_open_or_hidden_from_the_tests_is_refused(text: str) -> None:
    with pytest.raises(PageError):
        list(blocks("page.md", text))
