"""People and money: what a change of handle time, outcomes and pay asks of a centre."""
