"""The consultant's desk: a new client's folder, the forms of an engagement, explanations and the explorer."""
