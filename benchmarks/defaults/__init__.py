"""How the defaults of the plain constructors were found, and what they give: run ``python -m defaults`` from here.

Sets for the choice of defaults and sets for the report are kept apart, and labels are unseen by what is unsupervised.
"""
