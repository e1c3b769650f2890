"""People and money: what a change of handle time, of outcomes and of pay asks of a centre."""
