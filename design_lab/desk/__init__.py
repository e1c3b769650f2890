"""The consultant's desk: a new client's folder and the forms of an engagement."""
