"""What pages point to inside the project is there. Nothing outside is asked for."""

import pytest

from tests.docs.pages import ROOT, links, pages, read
from tests.docs.pages import anchors as anchors_of


@pytest.mark.parametrize("page", pages())
def test_every_link_inside_the_project_resolves(page: str) -> None:
    text = read(page)
    for link in links(text):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert target.is_relative_to(ROOT), f"{page}: {link} leads out of the project"
        assert target.exists(), f"{page}: {link} is not there"
        if anchor:
            found = anchors_of(target.read_text(encoding="utf-8"))
            assert anchor in found, f"{page}: {link}: no such heading"


def test_the_index_leads_to_every_page_of_the_docs() -> None:
    pointed = {link.partition("#")[0] for link in links(read("docs/README.md"))}
    written = {page.removeprefix("docs/") for page in pages() if page.startswith("docs/")}
    assert written - {"README.md"} - {p for p in written if "/" in p} <= pointed


def test_the_first_page_leads_to_the_others() -> None:
    assert {"docs/README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= set(links(read("README.md")))
