"""Queries read float32 rows in place where they can; the numbers, errors and warnings are those of datasets."""

import pickle
import re
import warnings

import numpy as np
import pytest
import vaelib
from estimators import VAE, Autoencoder, Classifier, Regressor, fit
from test_data_frames import named
from vaelib._c import calls
from vaelib._c.library import library

#: The methods that may do without a dataset, by kind.
OF_EXAMPLES = {
    VAE: ("transform", "encode"),
    Autoencoder: ("transform",),
    Classifier: ("transform", "predict_proba"),
    Regressor: ("transform", "predict"),
}
OF_CODES = {VAE: ("inverse_transform", "decode"), Autoencoder: (), Classifier: (), Regressor: ()}


@pytest.fixture
def called(monkeypatch):
    """The names of the functions that queries have called, in order."""
    names = []

    class Recorder:
        def __getattr__(self, name):
            names.append(name)
            return getattr(library, name)

    monkeypatch.setattr(calls, "library", Recorder())
    return names


def queries(model, codes=False):
    return [getattr(model, name) for name in (OF_CODES if codes else OF_EXAMPLES)[type(model)]]


def as_bytes(answer):
    """The bits of an answer, which may be a matrix, several, or mean and variance."""
    if isinstance(answer, np.ndarray):
        return [answer.tobytes()]
    return [part.tobytes() for part in (answer if isinstance(answer, tuple) else (answer.mean, answer.variance))]


def outcome(query, x):
    """What a query of x returns, raises and warns of, without the name of the library's function."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = as_bytes(query(x))
        except Exception as error:
            found = (type(error), re.sub(r"^vaelib_\w+: ", "", str(error)))
    return found, [(each.category, str(each.message), each.filename) for each in caught]


def in_place(called):
    """Whether the last queries read their rows in place; forgets them."""
    found = {name.endswith("_rows") for name in called if re.search("encode|decode|probabilities|targets", name)}
    called.clear()
    assert len(found) == 1, found
    return found.pop()


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


#: What is read in place: exactly arrays of dense float32 rows.
DIRECT = {
    "dense": np.copy,
    "one row": lambda x: x[3:4],
    "some rows": lambda x: x[5:9],
    "read-only": read_only,
    "from bytes": lambda x: np.frombuffer(x.tobytes(), dtype=np.float32).reshape(x.shape),
    "unpickled": lambda x: pickle.loads(pickle.dumps(x)),
    "view": lambda x: x.reshape(-1).reshape(x.shape),
    "one row in Fortran order": lambda x: np.asfortranarray(x[:1]),
}
#: What is not.
INDIRECT = {
    "Fortran order": np.asfortranarray,
    "columns apart": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "rows apart": lambda x: np.repeat(x, 2, axis=0)[::2],
    "backwards": lambda x: x[::-1].copy()[::-1],
    "one row again and again": lambda x: np.broadcast_to(x[:1], x.shape),
    "float64": lambda x: x.astype(np.float64),
    "float16": lambda x: x.astype(np.float16),
    "integers": lambda x: (x * 2).astype(np.int32),
    "booleans": lambda x: x > 0,
    "foreign byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "unaligned": lambda x: np.frombuffer(b"." + x.tobytes(), dtype=np.uint8)[1:].view(np.float32).reshape(x.shape),
    "subclass": lambda x: x.view(np.recarray),
    "list": np.ndarray.tolist,
    "dataset": vaelib.Dataset,
}


@pytest.mark.parametrize("form", [*DIRECT, *INDIRECT])
def test_all_forms_of_examples_give_the_bits_of_a_dataset(trained, binary, called, form):
    x = {**DIRECT, **INDIRECT}[form](binary)
    expected = np.ascontiguousarray(np.asarray(x).astype(np.float32))
    if form == "integers":
        expected /= 2
        trained.set_params(scale=0.5)
    before = expected.copy()
    for query in queries(trained):
        reference = as_bytes(query(vaelib.Dataset(expected)))
        assert not in_place(called)
        assert as_bytes(query(x)) == reference
        assert in_place(called) == (form in DIRECT)
    np.testing.assert_array_equal(expected, before)


@pytest.mark.parametrize("form", [*DIRECT, *INDIRECT])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_all_forms_of_latents_give_the_bits_of_a_dataset(binary, called, likelihood, form):
    model = VAE(latent_dim=2, hidden=(8,), likelihood=likelihood, random_state=0, scale=3, shift=1).initialize(12)
    z = {**DIRECT, **INDIRECT}[form](binary[:, :2].copy())
    expected = np.ascontiguousarray(np.asarray(z).astype(np.float32))
    for query in queries(model, codes=True):
        reference = as_bytes(query(vaelib.Dataset(expected)))
        assert not in_place(called)
        assert as_bytes(query(z)) == reference
        assert in_place(called) == (form in DIRECT)


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_few_rows_and_many_give_the_bits_of_a_dataset(trained, called, rows):
    x = np.random.RandomState(2).uniform(size=(rows, 12)).astype(np.float32)
    for query in queries(trained):
        assert as_bytes(query(x)) == as_bytes(query(vaelib.Dataset(x)))
    if not isinstance(trained, VAE):
        called.clear()
        lower = trained.transform(x, layer=0)
        assert in_place(called)
        assert as_bytes(lower) == as_bytes(trained.transform(vaelib.Dataset(x), layer=0))


@pytest.mark.parametrize("parameters", [{"scale": 0.5}, {"shift": 0.25}, {"scale": -1.0, "shift": 1.0}])
def test_scaled_examples_are_not_read_in_place(trained, binary, called, parameters):
    trained.set_params(**parameters)
    x = binary / 2
    for query in queries(trained):
        scaled = vaelib.Dataset(x, scale=trained.scale, shift=trained.shift)
        assert as_bytes(query(x)) == as_bytes(query(scaled))
        assert not in_place(called)


def spoiled(x, value):
    x = x.copy()
    x[17, 1] = value
    return x


#: Arrays that are refused, and whatever else is not as usual.
ODD = {
    "NaN": lambda x: spoiled(x, np.nan),
    "infinite": lambda x: spoiled(x, np.inf),
    "out of range": lambda x: spoiled(x, 1.5),
    "narrow": lambda x: np.ascontiguousarray(x[:, 1:]),
    "wide": lambda x: np.hstack([x, x]),
    "no rows": lambda x: x[:0],
    "no columns": lambda x: x[:, :0],
    "one example": lambda x: x[0],
    "three axes": lambda x: x[np.newaxis],
    "number": lambda x: x[0, 0],
}


@pytest.mark.parametrize("form", ODD)
def test_refusals_are_those_of_an_array_that_is_not_read_in_place(trained, binary, called, form):
    x = ODD[form](binary)
    for query in (*queries(trained), *queries(trained, codes=True)):
        z = x if query.__name__ not in ("inverse_transform", "decode") else ODD[form](binary[:, :2].copy())
        expected = outcome(query, z.astype(np.float64))
        called.clear()
        assert outcome(query, z) == expected
        if form in ("NaN", "infinite"):
            assert in_place(called)
            assert "row 17, column 1" in expected[0][1]


@pytest.mark.parametrize("form", DIRECT)
def test_warnings_are_those_of_an_array_that_is_not_read_in_place(kind, binary, form):
    model = fit(kind.make(), binary)
    model.feature_names_in_ = np.array(list("abcdefghijkl"), dtype=object)
    x = DIRECT[form](binary)
    for query in queries(model):
        found = outcome(query, x)
        assert found == outcome(query, np.asfortranarray(x))
        assert "does not have valid feature names" in found[1][0][1]
        assert found[1][0][2] == __file__
        assert outcome(query, named(x)) == (found[0], [])


def test_data_frames_are_not_read_in_place(trained, binary, called):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(binary, columns=list("abcdefghijkl"))
    for query in queries(trained):
        expected = as_bytes(query(binary))
        called.clear()
        with pytest.warns(UserWarning, match="fitted without feature names"):
            assert as_bytes(query(frame)) == expected
        assert not in_place(called)
    codes = fit(trained, frame).set_output(transform="pandas").transform(frame)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(trained.transform(binary).to_numpy(), codes.to_numpy())


def test_an_estimator_that_is_not_fitted_says_so(kind, binary):
    model = kind.make()
    for query in (*queries(model), *queries(model, codes=True)):
        with pytest.raises(vaelib.NotFittedError):
            query(binary)


def test_answers_are_arrays_of_their_own(trained, binary):
    for query in queries(trained):
        answers = query(binary)
        for answer in answers if isinstance(answers, tuple) else (answers,):
            assert answer.flags.owndata
            assert answer.flags.writeable
            assert not np.shares_memory(answer, binary)


def test_the_width_is_the_models_even_if_another_was_learned_since(trained, binary):
    trained.n_features_in_ = 24  # as a fit to other data sets it, before the model is replaced
    for query in queries(trained):
        with pytest.raises(vaelib.DataError, match="24 columns; the model was made for 12"):
            query(np.hstack([binary, binary]))
