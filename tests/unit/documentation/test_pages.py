"""What the pages say is what the repository says."""

import subprocess
from pathlib import Path

import pytest
import yaml
from documentation import api, configuration, readmes, scripts, workflows
from pipeline.config import Config

ROOT = Path(__file__).resolve().parents[3]
TEXT = """
a:            # the first
  b: 1        # how many # of them
  c: [x]
d:
  - e: "# no"  # in a list
"""


def test_comments_are_those_of_their_lines() -> None:
    """Each key has its value and the comment on its own line, lists included."""
    found = {one.path: one for one in configuration.shipped(TEXT)}
    assert found["a", "b"].value == 1
    assert found["a", "b"].comment == "how many # of them"
    assert (found["a",].comment, found["a", "c"].comment) == ("the first", "")
    assert found["d", "0", "e"].value == "# no"


def test_every_key_of_the_schema_is_on_the_page() -> None:
    """No setting is left out: the page names each one of each section."""
    page = configuration.page(ROOT)
    schema = Config.model_json_schema()
    for definition in ("App", "Health", "EnvironmentSettings", "Freeze", "Ci"):
        for key in schema["$defs"][definition]["properties"]:
            assert f".{key}`" in page
    for name in schema["properties"]:
        assert f"\n## {name}\n" in page
    assert "`8500` (preprod), `8501` (prod)" in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "at least 1, at most 9"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"),
        ({"enum": ["warn", "refuse"]}, "one of `warn`, `refuse`"),
        ({"type": "array", "items": {"type": "string"}}, "list (text)"),
    ],
)
def test_kinds_are_words(schema: configuration.Schema, words: str) -> None:
    """What is accepted is said in words, with its limits."""
    assert words in configuration.kind_of(schema, {})


def test_every_script_answers_for_itself() -> None:
    """A script's section holds its purpose, its options and its example."""
    text = scripts.help_of(ROOT / "70_scripts/deploy.py")
    assert "--sha" in text and "example: " in text
    assert "setup_vm" in scripts.comment_of(ROOT / "70_scripts/setup_vm.sh")


def test_workflows_say_why_when_and_what_they_may() -> None:
    """Purpose, triggers with their filters, and each job with its rights."""
    page = workflows.page(ROOT)
    for file in (ROOT / ".github/workflows").glob("*.yml"):
        assert f"\n## {yaml.safe_load(file.read_text())['name']}\n" in page
    assert (
        "| Build and publish | ubuntu-latest | – | contents: write | 10 min |" in page
    )
    assert "Deploy first: this runs beside CI, not after it." in page
    assert "- `push` · branches: `main` · paths: `90_doc/**`" in page


@pytest.mark.parametrize(
    ("link", "page_link"),
    [
        ("[a](90_doc/source/faq.md)", "[a](/faq.md)"),
        ("[a](README_CI_CD.md#exit-codes)", "[a](operations.md#exit-codes)"),
        ("[a](20_prod/README.md)", "a (`20_prod/README.md`)"),
        ("[a](https://example.org/x)", "[a](https://example.org/x)"),
        ("[a](#here)", "[a](#here)"),
    ],
)
def test_links_lead_to_pages(link: str, page_link: str) -> None:
    """What is a page is linked, what is only in the repository is named."""
    assert readmes.linked(link) == page_link


@pytest.mark.parametrize(
    ("link", "page_link"),
    [
        ("[a](../../README_CI_CD.md#x)", "[a](/generated/operations.md#x)"),
        ("[a](../../pipeline.yml)", "[a](/generated/configuration.md)"),
        ("[a](../../uv.lock)", "a (`uv.lock`)"),
        ("[a](cicd.md#x)", "[a](cicd.md#x)"),
        ("[a](../settlement.md)", "[a](../settlement.md)"),
    ],
)
def test_links_of_pages_lead_to_pages(link: str, page_link: str) -> None:
    """What leads to a file on GitHub leads to its page here."""
    assert readmes.of_page(link) == page_link


def test_no_link_leads_to_what_git_does_not_have() -> None:
    """On GitHub every link of a page or a README leads to a file that is there."""
    listed = ("git", "ls-files", "*.md", ":!90_doc/source/generated")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        page = ROOT / name
        for _, target, _ in readmes.LINK.findall(page.read_text()):
            found = (page.parent / target).resolve()
            assert found.exists() and "generated" not in found.parts, (name, target)


def test_every_module_of_the_library_is_described() -> None:
    """Each module is on exactly one page of the library's reference."""
    found = [name for layer in api.LAYERS for name in api.modules(ROOT, layer)]
    files = list((ROOT / api.LIBRARY).rglob("*.py"))
    assert len(found) == len(set(found)) == len(files) - 1
    assert "pipeline.core.settlement" in found
