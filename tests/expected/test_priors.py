"""Evidence cards: all are there, pooled by hand, weighed and refused in words, and their draws have the pool's moments."""

import math
import re
import shutil

import numpy as np
import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.catalogue.priors import Evidence, Weighing, evidence, evidence_with
from design_lab.errors import StudyError
from design_lab.expected import priors
from design_lab.expected.priors import moments, pooled
from design_lab.files import read_yaml
from design_lab.study import Study, project_root

# Judgement on the whole of the literature, made before cards were scaled: middle and 80 % range on each entry's scale.
JUDGED = {
    "volume_on_workload": (0.05, 0.0, 0.12),
    "quality_on_quality": (0.03, -0.01, 0.08),
    "quality_on_workload": (-0.02, -0.08, 0.02),
    "handle_time_on_volume": (-0.6, -1.0, -0.2),
    "team_output_on_team_share": tuple(math.log(1 + x) / math.log(2) for x in (0.01, -0.01, 0.04)),
    "output_on_peer_learning": tuple(math.log(1 + x) for x in (0.05, 0.0, 0.15)),
    "absence_on_paid_attendance": tuple(math.log(1 + x) for x in (0.0, -0.1, 0.5)),
    "output_on_forced_shares": tuple(math.log(1 + x) for x in (0.0, -0.04, 0.04)),
    "leavers_on_fairness": tuple(math.log(1 + x) for x in (-0.1, -0.25, 0.0)),
    "decay_half_life": tuple(math.log(x) for x in (12, 4, 36)),
}


def weighed(cards, tmp_path):
    return evidence_with(Weighing(cards=cards), tmp_path / "study.yaml")


def own_card(**changed):
    both = dict.fromkeys(LANGUAGES, "一 text")
    return {
        "kind": "study", "source": {"authors": "Client", "year": 2026, "published": "internal", "seen": "pilot report"},
        "setting": both, "effect": {"said": both}, "held_fixed": both, "distance": both, "use": both, "weight": 1,
        "informs": {"handle_time_on_volume": {"mean": -0.4, "sd": 0.1, "arithmetic": both, "rests_on": "study"}},
    } | changed  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    source = project_root() / "data" / "h_bank"
    target = tmp_path / "h_bank"
    target.mkdir()
    shutil.copy(source / "study.yaml", target)
    shutil.copytree(source / "schemes", target / "schemes")
    return target


def stating(folder, text):
    with (folder / "study.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nevidence: {text}\n")
    return folder


def test_every_card_is_there_and_judgements_are_marked_as_such():
    cards = evidence().cards
    assert {f"E{number}" for number in range(1, 27)} == {name for name in cards if name.startswith("E")}
    judged = {name for name, card in cards.items() if card.kind == "judgement"}
    assert judged == {name for name in cards if name.startswith("J")}
    for name, card in cards.items():
        assert card.informs or card.shapes, name
        assert (name in judged) == any(one.rests_on == "judgement" for one in card.informs.values())


def test_what_a_card_says_with_a_number_stands_at_the_bonus_power_of_its_entry():
    held = evidence()
    for card in held.cards.values():
        for entry, scaled in card.informs.items():
            assert scaled.bonus_power == held.entries[entry].bonus_power


def test_every_outcome_of_an_entry_is_one_of_the_project():
    for entry in evidence().entries.values():
        assert set(entry.outcomes) <= set(OUTCOMES)
        assert set(entry.name) == set(LANGUAGES)


def test_the_pool_of_volume_by_hand():
    """Weights .5, .5 and 1 on means .0418, .0418 and .06 with deviations .04, .04 and .047."""
    mean = 0.25 * 0.0418 + 0.25 * 0.0418 + 0.5 * 0.06
    variance = 0.5 * (0.04**2 + (0.0418 - mean) ** 2) + 0.5 * (0.047**2 + (0.06 - mean) ** 2)
    pool = pooled(evidence())["volume_on_workload"]
    assert pool.mean == pytest.approx(mean, rel=1e-12)
    assert pool.mean == pytest.approx(0.0509, abs=1e-12)
    assert pool.sd == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_moments_do_not_hang_on_the_sum_of_the_weights():
    means, deviations = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    # Mean 3/4, variance 1/4 (1 + 9/16) + 3/4 (4 + 1/16).
    for weights in (np.array([1.0, 3.0]), np.array([0.1, 0.3])):
        assert moments(weights, means, deviations) == pytest.approx((0.75, math.sqrt(3.4375)))


def test_the_arithmetic_of_cards_is_what_it_says():
    cards = evidence().cards
    root = math.sqrt(0.175)
    told = {
        ("E4", "handle_time_on_volume"): math.log(1.0381) / math.log(1 - 0.0615),
        ("E5", "volume_on_workload"): 0.5 * 0.20 * root,
        ("E6", "volume_on_workload"): 0.5 * 0.03 * math.sqrt(0.175 / 0.0225),
        ("E6", "team_output_on_team_share"): 0.03
        * (math.sqrt(0.035 / 0.0225) - math.sqrt(0.0175 / 0.0225)) / math.log(2),
        ("E7", "output_on_peer_learning"): 0.4 * math.log(1.15),
        ("E13", "output_on_forced_shares"): (math.log(1.06) + math.log(1.12)) / 8,
        ("E14", "absence_on_paid_attendance"): math.log(1.5),
        ("E19", "decay_half_life"): (math.log(6) + math.log(18)) / 2,
    }  # fmt: skip
    for (card, entry), mean in told.items():
        assert cards[card].informs[entry].mean == pytest.approx(mean, abs=6e-4), card


@pytest.mark.parametrize("entry", JUDGED)
def test_pools_lie_near_what_was_judged_of_all_the_literature(entry):
    middle, low, high = JUDGED[entry]
    pool, width = pooled(evidence())[entry], high - low
    assert pool.quantile(0.5) == pytest.approx(middle, abs=0.15 * width)
    assert pool.quantile(0.1) == pytest.approx(low, abs=0.15 * width)
    assert pool.quantile(0.9) == pytest.approx(high, abs=0.15 * width)


def test_the_page_tells_the_pools_that_the_code_has():
    page = (project_root() / "docs" / "method.md").read_text(encoding="utf-8")
    for row in pooled(evidence()).table().itertuples():
        told = [f"{number:.3f}" for number in (row.mean, row.sd, row.low, row.median, row.high)]
        assert f"| {row.entry} | {' | '.join(told)} |" in page


def test_the_example_of_the_page_for_new_clients_is_read(tmp_path):
    text = (project_root() / "docs" / "new_client.md").read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "evidence:" in block]
    path = tmp_path / "study.yaml"
    path.write_text(example, encoding="utf-8")
    stated = weighed(read_yaml(path)["evidence"]["cards"], tmp_path)
    assert {"E5", "E3", "E6", "C1"} == stated.changed
    assert pooled(stated)["handle_time_on_volume"].cards == ("C1", "E4")


def test_leaving_out_a_card_that_informs_nothing_moves_nothing(tmp_path):
    assert pooled(weighed({"E1": {"weight": 0}}, tmp_path)).table().equals(pooled(evidence()).table())
    assert "E1" not in set(pooled(evidence()).leave_one_card_out().table()["card"])


def test_dropping_a_card_by_weight_0_is_leaving_it_out(tmp_path):
    left = pooled(evidence()).leave_one_card_out().table().set_index(["entry", "card"])
    for card in ("E3", "E5", "E19", "J1"):
        without = pooled(weighed({card: {"weight": 0}}, tmp_path))
        for entry in evidence().cards[card].informs:
            row = left.loc[(entry, card)]
            assert (without[entry].mean, without[entry].sd) == (row["mean"], row["sd"])
            assert row["change"] == without[entry].mean - pooled(evidence())[entry].mean


def test_a_sole_card_leaves_no_number_behind():
    left = pooled(evidence()).leave_one_card_out()
    (finding,) = [one for one in left.findings() if one.id == "prior.handle_time_on_volume.without.E4"]
    assert (finding.value, finding.claim) == (None, "unidentified")
    assert left.table().set_index("card").loc["E4"].isna().sum() == 3


def test_the_order_of_cards_does_not_matter():
    held = evidence()
    turned = Evidence(
        entries=held.entries, structures=held.structures, cards=dict(reversed([*held.cards.items()]))
    )  # fmt: skip
    one, other = pooled(held), pooled(turned)
    assert one.table().equals(other.table())
    assert one.cards().table().equals(other.cards().table())
    draws = [each.draws(np.random.default_rng(1), 50) for each in (one, other)]
    assert np.array_equal(*draws)


def test_the_quantile_is_that_of_the_mixture():
    from scipy import special

    pool = pooled(evidence())["absence_on_paid_attendance"]
    for p in (0.01, 0.1, 0.5, 0.9, 0.99):
        below = sum(pool.shares * special.ndtr((pool.quantile(p) - pool.means) / pool.deviations))
        assert below == pytest.approx(p, abs=1e-9)


def test_draws_have_the_moments_and_the_range_of_the_pool():
    prior, n = pooled(evidence()), 40_000
    drawn = prior.draws(np.random.default_rng(7), n)
    assert drawn.shape == (n, len(prior.names))
    for place, pool in enumerate(prior.pools):
        assert drawn[:, place].mean() == pytest.approx(pool.mean, abs=5 * pool.sd / math.sqrt(n))
        assert drawn[:, place].std() == pytest.approx(pool.sd, rel=0.03)
        assert (drawn[:, place] < pool.quantile(0.1)).mean() == pytest.approx(0.1, abs=0.008)
        assert (drawn[:, place] < pool.quantile(0.9)).mean() == pytest.approx(0.9, abs=0.008)
    apart = np.corrcoef(drawn, rowvar=False)[~np.eye(len(prior.names), dtype=bool)]
    assert np.abs(apart).max() < 0.03


def test_a_changed_card_moves_no_draw_of_other_entries(tmp_path):
    dropped = pooled(weighed({"E5": {"weight": 0}}, tmp_path))
    one, other = (each.draws(np.random.default_rng(3), 200) for each in (pooled(evidence()), dropped))
    same = (one == other).all(axis=0)
    assert [name for name, held in zip(dropped.names, same, strict=True) if not held] == ["volume_on_workload"]


def test_a_study_drops_changes_and_adds_cards(folder):
    stating(
        folder,
        "{cards: {E5: {weight: 0}, E3: {mean: -0.05, sd: 0.02}, E6: {informs: {volume_on_workload: {sd: 0.1}}}}}",
    )
    found = priors(Study.open(folder))
    assert found["volume_on_workload"].cards == ("E6", "E8")
    assert found["volume_on_workload"].deviations[0] == 0.1
    assert found["volume_on_workload"].means[0] == 0.0418
    told = found.cards().table().set_index(["card", "entry"])
    assert told.loc[("E3", "quality_on_workload"), ["mean", "sd", "rests_on"]].tolist() == [-0.05, 0.02, "client"]
    assert told.loc[("E3", "quality_on_workload"), "arithmetic"].startswith("Stated in study.yaml")
    assert told.loc[("E6", "team_output_on_team_share"), "rests_on"] == "study"
    assert set(told.index[told["changed"]].get_level_values("card")) == {"E3", "E5", "E6"}


def test_a_card_of_one_s_own_counts_beside_ours(tmp_path):
    pool = pooled(weighed({"C1": own_card()}, tmp_path))["handle_time_on_volume"]
    assert pool.cards == ("C1", "E4")
    assert pool.mean == pytest.approx((-0.4 - 0.589) / 2)


def test_where_all_our_cards_are_dropped_one_s_own_stands_alone(tmp_path):
    pool = pooled(weighed({"C1": own_card(), "E4": {"weight": 0}}, tmp_path))["handle_time_on_volume"]
    assert (pool.cards, pool.mean) == (("C1",), -0.4)


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ({"C1": {k: v for k, v in own_card().items() if k != "source"}}, "evidence.cards.C1.source: is missing"),
        ({"C1": own_card(source={"authors": " ", "published": "x", "seen": "x"})}, "evidence.cards.C1.source.authors: string should match"),
        ({"E5": {"informs": {"volume_on_workload": {"sd": 0}}}}, "evidence.cards.E5.informs.volume_on_workload.sd: input should be greater than 0"),
        ({"E3": {"sd": -0.1}}, "evidence.cards.E3.sd: input should be greater than 0, but is '-0.1'"),
        ({"E3": {"sd": 0}}, "evidence.cards.E3.sd: input should be greater than 0"),
        ({"E3": {"mean": math.nan}}, "evidence.cards.E3.mean: input should be a finite number"),
        ({"E3": {"mean": math.inf}}, "evidence.cards.E3.mean: input should be a finite number"),
        ({"E3": {"mean": "0.1"}}, "evidence.cards.E3.mean: input should be a valid number"),
        ({"E3": {"weight": math.nan}}, "evidence.cards.E3.weight: input should be"),
        ({"E3": {"weight": True}}, "evidence.cards.E3.weight: input should be a valid number"),
        ({"E3": {"weight": -1}}, "evidence.cards.E3.weight: input should be greater than or equal to 0"),
        ({"E3": {"mean": 35}}, "evidence.cards.E3.mean: input should be less than or equal to 20"),
        ({"E3": {"sd": 1e300}}, "evidence.cards.E3.sd: input should be less than or equal to 20"),
        ({"E3": {"weight": 1e308}}, "evidence.cards.E3.weight: input should be less than or equal to 1000"),
        ({"E3": {"mean": 0.1, "informs": {"quality_on_workload": {"sd": 0.1}}}}, "evidence.cards.E3.mean: stands beside informs.quality_on_workload; say it in one place"),
        ({"E55": {"weight": 0}}, "evidence.cards.E55: is not a card; did you mean 'E5'?"),
        ({"E3": {"wieght": 0}}, "evidence.cards.E3.wieght: is not a known key; did you mean 'weight'?"),
        ({"E3": {"informs": {"qualty_on_workload": {"mean": 0.1}}}}, "evidence.cards.E3.informs.qualty_on_workload: is not an entry; did you mean 'quality_on_workload'?"),
        ({"E3": {"informs": {"quality_on_workload": {"bonus_power": 0.3}}}}, "informs.quality_on_workload.bonus_power: is 0.3, but the entry stands at 0.175; bring mean and sd there"),
        ({"C1": own_card(informs={"handle_time_on_volum": own_card()["informs"]["handle_time_on_volume"]})}, "informs.handle_time_on_volum: is not an entry; did you mean 'handle_time_on_volume'?"),
        ({"C1": own_card(shapes=["lenience"])}, "shapes.lenience: is not a structure; did you mean 'leniency'?"),
        ({"C1": own_card(setting={"en": "x"})}, "evidence.cards.C1.setting: is missing in zh"),
        ({"E6": {"mean": 0.1}}, "evidence.cards.E6.mean: the card informs team_output_on_team_share, volume_on_workload; name the entry, as informs"),
        ({"E1": {"mean": 0.1, "sd": 0.1}}, "evidence.cards.E1.sd: the card informs no entry"),
        ({"E4": {"weight": 0}}, "all cards that inform handle_time_on_volume weigh 0 (E4); leave one above 0 or add a card"),
        ({"E3": {"informs": [1]}}, "evidence.cards.E3.informs: input should be a valid"),
        ({"E3": {"informs": {"quality_on_workload": 3}}}, "informs.quality_on_workload: input should be a valid"),
        ({"C 1": own_card()}, "evidence.cards.C 1: card 'C 1' cannot be a name"),
    ],
)  # fmt: skip
def test_a_wrong_card_is_refused_with_file_and_key(cards, said, tmp_path):
    with pytest.raises(StudyError, match=re.escape(said)) as refused:
        weighed(cards, tmp_path)
    assert all(
        line.startswith(f"{tmp_path / 'study.yaml'}: evidence.cards") for line in str(refused.value).splitlines()
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{cards: {E3: {sd: 0}}}", "study.yaml: evidence.cards.E3.sd: input should be greater than 0"),
        ("{cards: {E3: {mean: .nan}}}", "study.yaml: evidence.cards.E3.mean: input should be a finite number"),
        ("{card: {E3: {sd: 1}}}", "study.yaml: evidence.card: is not a known key; did you mean 'cards'?"),
        ("{cards: [E3]}", "study.yaml: evidence.cards: input should be a valid dictionary"),
        ("{cards: {E3: 0}}", "study.yaml: evidence.cards.E3: input should be a valid dictionary"),
    ],
)  # fmt: skip
def test_a_study_with_a_wrong_card_is_not_opened(folder, text, said):
    with pytest.raises(StudyError, match=re.escape(said)):
        Study.open(stating(folder, text))


def test_findings_are_scenarios_with_a_range_and_their_limit():
    prior = pooled(evidence())
    for finding in (*prior.findings(), *prior.leave_one_card_out().findings()):
        assert finding.claim in ("scenario", "unidentified")
        assert finding.limits == ("This is a prior from other settings, not the client's evidence.",)
        assert finding.claim == "unidentified" or finding.interval[0] < finding.value < finding.interval[1]
    (half_life,) = [one for one in prior.findings() if one.id == "prior.decay_half_life"]
    assert half_life.unit == "months"
    assert half_life.value == pytest.approx(math.exp(prior["decay_half_life"].quantile(0.5)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_header_and_entry_is_shown_in_words(lang):
    prior = pooled(evidence())
    study = Study.open("data/h_bank")
    for result in (prior, prior.cards(), prior.leave_one_card_out()):
        frame = study.show(result, lang).frame()
        assert not [header for header in frame if "_" in header]
        assert lang == "en" or all(re.search(r"[\u4e00-\u9fff]", header) for header in frame)
        assert not [cell for cell in frame.iloc[:, 0] if "_on_" in str(cell)]
