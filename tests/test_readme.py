"""The README's commands stand where a newcomer and CI look for them."""

import re

from design_lab.study import project_root

README = (project_root() / "README.md").read_text(encoding="utf-8")
SECTION = README.split("\n## Two commands\n")[1].split("\n## ")[0]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTION, flags=re.MULTILINE | re.DOTALL)


def test_two_commands_are_two_blocks_that_go_on_from_a_new_environment():
    run, test = (block.splitlines() for block in blocks("sh"))
    assert run[-1].endswith("design-lab run")
    assert test[-1].endswith("pytest -n 2")
    for lines in (run, test):
        assert lines[0].endswith("-m venv .venv")
        assert all(line.startswith(("python3 -m venv", ".venv/bin/")) for line in lines)
        assert "-c constraints.txt" in lines[1]


def test_powershell_has_the_same_two():
    for ours, theirs in zip(blocks("sh"), blocks("powershell"), strict=True):
        expected = ours.replace("python3", "py").replace(".venv/bin/", ".venv\\Scripts\\")
        assert theirs == expected


def test_pictures_and_links_of_the_readme_are_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (project_root() / target).exists(), target
