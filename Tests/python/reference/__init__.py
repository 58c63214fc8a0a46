"""An independent, slow, obviously right implementation in float64 numpy: the oracle of the tests."""
