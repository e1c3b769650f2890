"""Bad scheme files, as they come: each gives sentences with file, key and the nearest known word, at once, and no more."""

import re
import time

import pytest

from design_lab.errors import MOST_FAULTS, SchemeError
from design_lab.evaluation.lint import lint_file
from design_lab.scheme import Scheme
from design_lab.study import project_root

TEXT = (project_root() / "data" / "h_bank" / "schemes" / "quality_first.yaml").read_text(encoding="utf-8")
A_SECOND = 1.0  # of processor time, many times what a good file takes


def with_(old, new):
    """The good file with one passage changed."""
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def laughs(levels):
    """Aliases of aliases: each level holds the one before ten times."""
    lines = ["a0: &a0 [ha]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(lines) + "\n" + TEXT


WORKLOAD = "workload:        {weight: 25, indicators: {calls_per_hour: 100}}"
CALLS = "calls_per_hour:           {rule: attainment, target: role_median_prior_4_quarters, floor: 60, cap: 120}"
VERY_SATISFIED = next(line.strip() for line in TEXT.splitlines() if line.startswith("  very_satisfied_rate:"))
SHARES = "shares: {A: 20, B: 40, C: 30, D: 10}"
WORTH = "coefficients: {A: 1.2, B: 1.0, C: 0.9, D: 0.6}"
MANY = "\n".join(f"  indicator_{i}: {{rule: rank}}" for i in range(1500))

# What the file is called, what stands in it (text or bytes), the kind of fault, and what is said.
BAD = [
    ("a key twice", with_("why: >-", "name: again\nwhy: >-"), "unreadable", "line 5, column 1: the key 'name' stands twice"),
    ("NaN", with_("{weight: 25,", "{weight: .nan,"), "wrong_value", "dimensions.workload.weight: input should be a finite number"),
    ("infinity", with_("cap: 120", "cap: .inf"), "wrong_value", "rules.calls_per_hour.cap: input should be a finite number"),
    ("101 percent", with_("{weight: 25,", "{weight: 26,"), "weights_sum", "dimensions: the weights sum to 101, but must sum to 100"),
    ("percent sign", with_("{weight: 25,", '{weight: "25%",'), "wrong_value", "dimensions.workload.weight: input should be a valid number, but is '25%'"),
    ("bool for number", with_("{weight: 25,", "{weight: yes,"), "wrong_value", "dimensions.workload.weight: input should be a valid number, but is 'True'"),
    ("date for number", with_("{weight: 25,", "{weight: 2026-10-01,"), "wrong_value", "dimensions.workload.weight: input should be a valid number, but is '2026-10-01'"),
    ("a 13th month", with_("{weight: 25,", "{weight: 2026-13-01,"), "unreadable", "'2026-13-01' cannot be read: month must be in 1..12"),
    ("a number of 5,000 digits", with_("{weight: 25,", "{weight: " + "9" * 5000 + ","), "unreadable", "column 29: '9999999999999999999999999999999999999999' cannot be read"),
    ("an object", with_("{weight: 25,", "{weight: !!python/object/apply:os.system ['true'],"), "unreadable", "line 9, column 29: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed"),
    ("an own tag", with_("{weight: 25,", "{weight: !percent 25,"), "unreadable", "the tag '!percent' is not allowed; write the value plainly"),
    ("billion laughs", laughs(12), "unreadable", "line 2, column 10: aliases (*name) are not allowed; repeat it"),
    ("a cyclic alias", with_(SHARES, "shares: &s {A: *s}"), "unreadable", "aliases (*name) are not allowed"),
    ("a merge of an anchor", with_(WORTH, "<<: *base"), "unreadable", "not allowed"),
    ("a merge key", with_(WORTH, "<<: {ungraded: 1}"), "unreadable", "merge keys (<<) are not allowed"),
    ("a tab", with_("  method: forced", "\tmethod: forced"), "unreadable", "found character '\\t' that cannot start any token"),
    ("GB18030", TEXT.encode("gb18030"), "unreadable", "is not UTF-8; save the file as UTF-8"),
    ("UTF-16", TEXT.encode("utf-16"), "unreadable", "byte 0 is not UTF-8; save the file as UTF-8"),
    ("empty", "", "unreadable", "must hold 'key: value' lines, but holds nothing"),
    ("a list", "- name: list\n", "unreadable", "must hold 'key: value' lines, but holds a list"),
    ("prose", "Weigh quality up.", "unreadable", "must hold 'key: value' lines, but holds a str"),
    ("two documents", TEXT + "---\nname: other\n", "unreadable", "but found another document"),
    ("control characters", with_("Quality first", "Quality\x00first"), "unreadable", "special characters are not allowed"),
    ("a ladder with a gap", with_(CALLS, "calls_per_hour: {rule: ladder, steps: [{end: 220, points: 0}, {start: 250, points: 100}]}"), "ladder_gap", "rules.calls_per_hour: values between 220.0 and 250.0 fall on no step or on two"),
    ("negative weights", with_(WORKLOAD, "workload: {weight: -25, indicators: {calls_per_hour: 100}}"), "contradiction", "dimensions.workload.weight: -25 is not between 0 and 100"),
    ("weights only zeros", re.sub(r"\{weight: \d+", "{weight: 0", TEXT), "weights_sum", "dimensions: the weights sum to 0, but must sum to 100"),
    ("no dimension", re.sub(r"dimensions:\n(  .*\n)+", "dimensions: {}\n", TEXT), "weights_sum", "dimensions: the weights sum to 0"),
    ("an unknown indicator", TEXT.replace("qa_score", "qa_scores"), "unknown_word", "dimensions.service_quality.indicators.qa_scores: is not a known indicator; did you mean 'qa_score'?"),
    ("an unknown rule", with_("rule: attainment", "rule: attainmnt"), "unknown_word", "rules.calls_per_hour.rule: 'attainmnt' is not known; did you mean 'attainment'?"),
    ("a number for a rule", with_("rule: attainment", "rule: 5"), "unknown_word", "rules.calls_per_hour.rule: '5' is not known"),
    ("an unknown key", with_("protected:", "protcted:"), "unknown_key", "protcted: is not a known key; did you mean 'protected'?"),
    ("shares of 110", with_("A: 20", "A: 30"), "contradiction", "grades.shares: sum to 110, but must sum to 100"),
    ("a grade without coefficient", with_(WORTH, "coefficients: {A: 1.2, B: 1.0, C: 0.9}"), "contradiction", "grades.coefficients: must name the grades A, B, C, D in this order"),
    ("a cap below its floor", with_("cap: 120", "cap: 50"), "contradiction", "rules.calls_per_hour: floor 60 is not below cap 50"),
    ("keys that are no words", with_(SHARES, "shares: {1: 20, 2: 80}"), "wrong_value", "grades.shares.1: input should be a valid string, but is '1'"),
    ("a list for a key", with_(SHARES, "? [A, B]\n  : 100"), "unreadable", "a key must be a plain word"),
    ("one indicator in two dimensions", with_("peer_rating: 50", "qa_score: 50"), "weighed_twice", "dimensions: qa_score is weighed in two dimensions; weigh it in one"),
    ("an override of nothing", TEXT + "overrides: [{role: complaints}]\n", "contradiction", "overrides.0: changes nothing; state dimensions or rules"),
    ("a list for a mapping", with_(WORKLOAD, "workload: [25, calls_per_hour]"), "wrong_value", "dimensions.workload: input should be a valid dictionary or instance of Dimension"),
    ("another name than its file", with_("name: quality_first", "name: quality"), "file_name", "name: the name in the file is 'quality', but the file is called quality_first.yaml"),
    ("a name that leaves the folder", with_("name: quality_first", "name: ../quality_first"), "contradiction", "scheme '../quality_first' cannot be a name"),
    ("nobody may be scored on it", TEXT.replace("calls_per_hour", "occupancy"), "not_scored", "dimensions.workload.indicators.occupancy: nobody can be scored on it"),
    ("an unknown lint waived", TEXT + "waive: {smal_weight: a reminder}\n", "unknown_word", "waive.smal_weight: is not a lint; did you mean 'small_weight'?"),
    ("a waiver without reason", TEXT + "waive: {small_weight: ' '}\n", "contradiction", "waive.small_weight: says no reason; a waiver needs one"),
    ("an error waived", TEXT + "waive: {weights_sum: we know}\n", "contradiction", "waive.weights_sum: is an error, which cannot be waived; correct it"),
    ("nested without end", with_(SHARES, "shares: " + "[" * 20_000), "unreadable", "is nested too deeply to be read"),
    ("mappings nested without end", with_(SHARES, "shares: " + "{a: " * 10_000), "unreadable", "is nested too deeply to be read"),
    ("lists in lists without end", TEXT + "waive:\n" + "- " * 5_000, "unreadable", "is nested too deeply to be read"),
    ("a huge file", TEXT + "# padding\n" * 6_000, "unreadable", "a file of settings has at most 50,000"),
    ("a key twice within a mapping", with_("{weight: 25,", "{weight: 20, weight: 25,"), "unreadable", "dimensions.workload.weight: line 9, column 33: the key 'weight' stands twice"),
    ("percent for a share", TEXT + "eligibility: {attendance_rate: {min: 95, effect: cap_grade}}\n", "contradiction", "eligibility.attendance_rate.min: 95 is far beyond any share; write 0.95 for 95 %"),
    ("percent in a rule", with_(VERY_SATISFIED, "very_satisfied_rate: {rule: linear, zero_at: 60, full_at: 90}"), "contradiction", "rules.very_satisfied_rate.zero_at: 60 is far beyond any share; write 0.6 for 60 %"),
    ("percent on a ladder", with_(VERY_SATISFIED, "very_satisfied_rate: {rule: ladder, steps: [{end: 85, points: 0}, {start: 85, points: 30}]}"), "contradiction", "rules.very_satisfied_rate.steps.0.end: 85 is far beyond any share"),
    ("a ladder downstairs", with_(CALLS, "calls_per_hour: {rule: ladder, steps: [{end: 10, points: 100}, {start: 10, points: 0}]}"), "ladder_gap", "rules.calls_per_hour: higher is better, but the points of the steps reward the opposite"),
    ("the last grade is paid best", with_(WORTH, "coefficients: {A: 1.0, B: 1.0, C: 0.9, D: 1.2}"), "contradiction", "grades.coefficients.D: 1.2 is more than the 0.9 of C, which is the better grade"),
    ("nobody is new for less than no time", with_("tenure_months: 6", "tenure_months: -6"), "wrong_value", "protected.tenure_months: input should be greater than or equal to 0, but is '-6'"),
    ("a dimension no finding can name", TEXT.replace("workload:", "工作量:"), "contradiction", "dimensions.工作量: dimension '工作量' cannot be a name"),
    ("a dimension called rules", TEXT.replace("workload:", "rules:", 1), "contradiction", "dimensions.rules: is what the rules add beside all dimensions; choose another word"),
    ("a hair beside 100", with_("{weight: 25,", "{weight: 25.0000001,"), "weights_sum", "dimensions: the weights sum to 100.0000001, but must sum to 100"),
    ("half a letter", re.sub("title: .*", r'title: {en: "Quality \\ud83d", zh: q}', TEXT), "unreadable", "title.en: line 2, column 13: 'Quality \\ud83d' holds half a letter"),
    ("full-width digits", with_("{weight: 25,", "{weight: ２５,"), "wrong_value", "dimensions.workload.weight: input should be a valid number, but is '２５'"),
    ("clock time for a number", with_("{weight: 25,", "{weight: 0:25,"), "wrong_value", "dimensions.workload.weight: input should be a valid number, but is '0:25'"),
    ("nothing for a block", with_("indicators: {calls_per_hour: 100}", "indicators:"), "wrong_value", "dimensions.workload.indicators: input should be a valid dictionary, but is 'None'"),
    ("fifteen hundred unknown indicators", with_("rules:\n", f"rules:\n{MANY}\n"), "unknown_word", "and more; correct these first"),
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "quality_first.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.mark.parametrize(("content", "kind", "said"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_bad_file_gives_sentences_with_file_and_key_at_once(file, content, kind, said):
    path = file(content)
    began = time.process_time()
    with pytest.raises(SchemeError, match=re.escape(said)) as refused:
        Scheme.read(path)
    assert time.process_time() - began < A_SECOND
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") and len(line) < 1000 for line in lines)
    assert len(lines) <= MOST_FAULTS + 1
    assert kind in {fault.kind for fault in refused.value.faults}


@pytest.mark.parametrize(("content", "kind", "said"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_lint_reports_a_bad_file_instead_of_raising(file, content, kind, said):
    found = lint_file(file(content))
    assert kind in {one.id for one in found.of("error")}
    assert all(one.reason["en"] and re.search("[\u4e00-\u9fff]", one.reason["zh"]) for one in found.found)


def test_a_byte_order_mark_is_no_fault(file):
    assert Scheme.read(file(TEXT.encode("utf-8-sig"))).name == "quality_first"


def test_a_folder_in_place_of_a_file_is_said(tmp_path):
    with pytest.raises(SchemeError, match="is no file but a folder"):
        Scheme.read(tmp_path)


def test_every_fault_of_a_file_is_told_at_once(file):
    wrong = TEXT.replace("weight: 25", "weight: 26").replace("A: 20", "A: 30").replace("qa_score: 60", "qa_score: 50")
    with pytest.raises(SchemeError) as refused:
        Scheme.read(file(wrong))
    assert [fault.where for fault in refused.value.faults] == [
        "dimensions", "dimensions.service_quality.indicators", "grades.shares",
    ]  # fmt: skip
