"""Ways to weights: what people prefer, what data tell, and what both would make of a scheme."""
