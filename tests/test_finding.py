"""The contract of findings and results.json."""

import json
import re

import pytest

from design_lab.display import Quantity, Term
from design_lab.errors import FindingError
from design_lab.finding import Finding, Results, read_findings, significant, state, tell, words_of_cause, write_findings

TEXT = {"en": "A sentence.", "zh": "一句话。"}


def finding(**changed):
    given = {
        "id": "a.b", "value": 0.5, "unit": "share", "n": 3, "claim": "accounting", "text": TEXT,
    } | changed  # fmt: skip
    return Finding(**given)


def test_results_json_has_the_fixed_shape(tmp_path):
    made = finding(value=0.612345678912345, interval=(0.57, 0.65), level=0.95, limits=("Rests on one quarter.",))
    Results(study="s", quarter="2026Q3", synthetic=True, findings=(made,)).write(tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8")) == {
        "study": "s",
        "quarter": "2026Q3",
        "synthetic": True,
        "findings": [
            {
                "id": "a.b", "value": 0.6123456789, "interval": [0.57, 0.65], "level": 0.95, "unit": "share", "n": 3,
                "claim": "accounting", "text": TEXT, "limits": ["Rests on one quarter."], "source": "",
            }
        ],
    }  # fmt: skip


def test_results_read_back_what_they_wrote(tmp_path):
    results = Results(study="s", quarter="2026Q3", synthetic=False, findings=(finding(), finding(id="a.c", value=None)))
    results.write(tmp_path / "r.json")
    assert Results.read(tmp_path / "r.json") == results
    assert results["a.c"].value is None
    assert [f.id for f in results.under("a")] == ["a.b", "a.c"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "Nodots"}, "lower-case words joined by dots"),
        ({"claim": "casual"}, "claim 'casual' is not known; did you mean 'causal'?"),
        ({"unit": "shares"}, "unit 'shares' is not known; did you mean 'share'?"),
        ({"value": float("nan")}, "must be finite"),
        ({"interval": (0.1, float("inf")), "level": 0.9}, "must be finite"),
        ({"interval": (0.9, 0.1), "level": 0.9}, "(low, high) with its level"),
        ({"interval": (0.1, 0.9)}, "(low, high) with its level"),
        ({"claim": "unidentified"}, "an unidentified finding has no value"),
        ({"text": {"en": "Only English."}}, "text must stand in en, zh"),
        ({"text": {"en": "Volume lowers CSAT.", "zh": "一句话。"}}, "says 'lowers', which only a causal claim may"),
        ({"text": {"en": "A sentence.", "zh": "话务量拉低满意度。"}}, "says '拉低'"),
        ({"limits": ("It is due to chance.",)}, "says 'due to'"),
    ],
)
def test_a_finding_that_breaks_the_contract_is_refused_in_words(changed, said):
    with pytest.raises(FindingError, match=re.escape(said)):
        finding(**changed)


def test_words_of_cause_are_for_causal_claims_and_negations():
    causal = {"en": "Volume lowers CSAT.", "zh": "话务量拉低满意度。"}
    assert finding(claim="causal", text=causal).claim == "causal"
    assert words_of_cause("Volume does not lower CSAT, nor is it due to chance.") == []
    assert words_of_cause("不会导致满意度下降") == []
    assert words_of_cause("It is not so. Volume lowers CSAT.") == ["lowers"]


def test_ten_significant_digits_and_no_negative_zero():
    assert significant(123456.78901234567) == 123456.7890
    assert str(significant(-0.0)) == "0.0"
    assert significant(16_412_345_678_901) == 16_412_345_678_901


def test_the_same_id_twice_is_refused_with_both_sources(tmp_path):
    with pytest.raises(FindingError, match=r"'a\.b' stands twice"):
        write_findings([finding(), finding()], tmp_path, "01_x")


def test_written_findings_bear_their_notebook(tmp_path):
    path = write_findings([finding()], tmp_path, "01_x")
    assert path == tmp_path / "findings" / "01_x.json"
    assert [f.source for f in read_findings(path)] == ["01_x"]


def test_a_stated_finding_says_its_own_numbers_in_both_languages():
    made = state(
        "diagnosis.effective_weight.csat", 0.106, says="diagnosis.effective_weight_less", unit="share", n=180,
        claim="scenario", bounds=(0.08, 0.14), level=0.95, limits=["one_quarter"],
        dimension=Term("dimension.csat"), nominal=Quantity(0.25, "weight"),
    )  # fmt: skip
    assert made.text["en"].startswith("Customer satisfaction makes up only 10.6%")
    assert "against 25% on paper (interval 8.0% to 14.0%)" in made.text["en"]
    assert "占 10.6%\uff08区间 8.0% 至 14.0%\uff09" in made.text["zh"]
    told = tell([made], "zh").table()
    assert told.iloc[0].tolist() == ["情景推演", made.text["zh"], "仅依据一个季度的数据。"]


def test_an_unknown_sentence_or_part_is_refused():
    with pytest.raises(FindingError, match=r"has no 'finding\.data\.row'; did you mean 'finding\.data\.rows'"):
        state("a.b", 1, says="data.row", unit="count", n=1, claim="accounting")
    with pytest.raises(FindingError, match="needs the part 'table'"):
        state("a.b", 1, says="data.rows", unit="count", n=1, claim="accounting")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{half", '{"findings": [5]}', '{"findings": []}', "\udcff"],
)
def test_a_file_that_holds_no_findings_is_refused_in_words(tmp_path, text):
    path = tmp_path / "results.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FindingError, match=r"results\.json: cannot be read as findings; it was changed since"):
        Results.read(path)
