"""The filled preference forms of the sample studies: invented respondents. `python -m tests.desk.sample_forms` writes."""

import itertools

from design_lab.desk.preferences import write_preference_form
from design_lab.evaluation.weighting.layout import asked
from design_lab.study import Study, project_root

FOLDERS = (project_root() / "data" / "h_bank", project_root() / "tests" / "studies" / "small")
DIMENSIONS = ("workload", "service_quality", "csat", "teamwork")


def points(*given):
    return dict(zip(DIMENSIONS, given, strict=True))


def pairs(*given):
    """Judgements in the order of the form, the first dimension over each other one and so on."""
    named = [f"{first}>{second}" for first, second in itertools.combinations(DIMENSIONS, 2)]
    return dict(zip(named, given, strict=True))


# The head of the centre counts twice; the team leaders' pairs disagree with each other on workload and satisfaction.
RESPONDENTS = {
    "R01": {
        "position": "中心负责人", "voice": 2,
        "filled": {
            "direct": {"all": points(25, 30, 30, 15)},
            "swing": {"all": points(60, 100, 100, 50)},
            "ahp": {"all": pairs("B2", "B2", "A2", 1, "A3", "A3")},
        },
    },
    "R02": {
        "position": "人力资源", "voice": None,
        "filled": {
            "direct": {"all": points(30, 30, 25, 15), "complaints": points(15, 35, 35, 15)},
            "ahp": {"all": pairs("A2", 1, "A3", "B2", "A2", "A3")},
        },
    },
    "R03": {
        "position": "班组长代表", "voice": None,
        "filled": {
            "swing": {"all": points(70, 80, 60, 100)},
            "ahp": {"all": pairs("B2", "A5", "B3", 1, "B2", "B2")},
        },
    },
}  # fmt: skip


def write():
    """Write the forms into the sample studies."""
    for folder in FOLDERS:
        study = Study.open(folder)
        of = asked(study.current, study.settings.roles)
        for name, form in RESPONDENTS.items():
            path = folder / "preferences" / f"{name}.xlsx"
            write_preference_form(path, of, roles=study.settings.roles, synthetic=True, **form)


if __name__ == "__main__":
    write()
