"""Ratings as a client's files become them: the small centre's canonical table."""

import pandas as pd

from design_lab.ingest import table_path
from design_lab.scoring import panel
from design_lab.scoring.ratings import adjusted_scores, forms, rating_signals, severity


def test_the_canonical_table_is_adjusted_for_everybody_whom_the_panel_knows_rated(small):
    quarter = small.quarters[-1]
    known = panel(small, quarter)
    ratings = pd.read_parquet(table_path(small, "ratings", quarter))
    found = adjusted_scores(ratings)
    # Peer ratings bear no date: they belong to the last spell of each person.
    raw = known.values["peer_rating"].dropna().droplevel("part")
    assert set(raw.index) <= set(found.index)
    # Every form of this table is whole, so that the raw means are those of the panel.
    people = severity(forms(ratings)).people
    pd.testing.assert_series_equal(people["raw"].reindex(raw.index), raw, check_names=False)
    pd.testing.assert_series_equal(
        found["n_raters"].reindex(raw.index),
        known.counts["peer_rating"][known.values["peer_rating"].notna()].droplevel("part"),
        check_names=False,
    )
    signals = rating_signals(ratings, known.people["role"].groupby(level="employee_id").last())
    assert set(signals) <= set(known.people["role"])
    assert signals["customer_service"].people <= (known.people["role"] == "customer_service").sum()
