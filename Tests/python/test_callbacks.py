"""What a callback may do with the estimator that is being fitted."""

from __future__ import annotations

import copy
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
import vaelib
from estimators import KINDS
from vaelib import VAE, Progress, StackedDenoisingAutoencoder, StackedDenoisingClassifier

IMAGES = (np.random.default_rng(1).random((120, 16)) < 0.3).astype(np.float32)
LABELS = np.arange(120) % 3


def test_a_callback_sees_the_weights_of_each_epoch(tmp_path: Path) -> None:
    seen: list[np.ndarray] = []

    def look(progress: Progress) -> None:
        if progress.kind == "epoch":
            seen.append(vae.transform(IMAGES))
            vae.save(tmp_path / f"{progress.epoch}.h5")
            assert len(vae.history_["epoch"]) == progress.epoch

    vae = VAE(latent_dim=2, hidden=[8], epochs=3, schedule="constant", random_state=1)
    vae.fit(IMAGES, callbacks=look)
    for epoch, codes in enumerate(seen, start=1):
        shorter = VAE(latent_dim=2, hidden=[8], epochs=epoch, schedule="constant", random_state=1).fit(IMAGES)
        np.testing.assert_array_equal(codes, shorter.transform(IMAGES))
        np.testing.assert_array_equal(codes, vaelib.load(tmp_path / f"{epoch}.h5").transform(IMAGES))
    assert len(seen) == 3
    np.testing.assert_array_equal(seen[-1], vae.transform(IMAGES))


def test_other_threads_have_the_model_of_the_last_fit() -> None:
    vae = VAE(latent_dim=2, hidden=[8], epochs=1, random_state=1).fit(IMAGES)
    before = vae.transform(IMAGES)
    found: list[np.ndarray] = []

    def ask(progress: Progress) -> None:
        thread = threading.Thread(target=lambda: found.append(vae.transform(IMAGES)))
        thread.start()
        thread.join()
        assert progress.kind == "step" or not np.array_equal(vae.transform(IMAGES), before)

    vae.set_params(epochs=2, random_state=2).fit(IMAGES, callbacks=ask)
    assert found
    for codes in found:
        np.testing.assert_array_equal(codes, before)


def test_an_unfitted_estimator_has_no_model_for_other_threads() -> None:
    found: list[BaseException] = []

    def ask() -> None:
        try:
            vae.transform(IMAGES)
        except Exception as error:
            found.append(error)

    def ask_elsewhere(progress: Progress) -> bool:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        return True

    vae = VAE(latent_dim=2, hidden=[8], epochs=2, random_state=1)
    vae.fit(IMAGES, callbacks=ask_elsewhere)
    assert len(found) == 1
    assert "not fitted yet" in str(found[0])


def test_a_callback_of_a_stack_can_query_it() -> None:
    widths: list[int] = []
    stack = StackedDenoisingAutoencoder(hidden=[8, 4], epochs=1, finetune_epochs=1, random_state=1)
    stack.fit(IMAGES, callbacks=lambda progress: widths.append(stack.transform(IMAGES).shape[1]))
    assert set(widths) == {4}


def test_a_callback_of_a_classifier_can_predict_once_there_is_a_classifier() -> None:
    shares: list[float] = []

    def score(progress: Progress) -> None:
        if progress.phase == "supervised" and progress.kind == "epoch":
            shares.append(float(np.mean(classifier.predict(IMAGES) == LABELS)))

    classifier = StackedDenoisingClassifier(hidden=[8], pretrain_epochs=1, finetune_epochs=2, random_state=1)
    classifier.fit(IMAGES, LABELS, callbacks=score)
    assert len(shares) == 2
    assert shares[-1] == classifier.score(IMAGES, LABELS)


def test_a_callback_cannot_change_the_model() -> None:
    def change(progress: Progress) -> None:
        vae.set_weights({name: values * 0 for name, values in vae.get_weights().items()})

    vae = VAE(latent_dim=2, hidden=[8], epochs=1, random_state=1)
    with pytest.raises(vaelib.Busy):
        vae.fit(IMAGES, callbacks=change)


def test_copies_and_pickles_of_a_callback_are_fitted() -> None:
    taken: list[VAE] = []

    def take(progress: Progress) -> None:
        if progress.kind == "epoch":
            taken.extend([copy.copy(vae), pickle.loads(pickle.dumps(vae))])

    vae = VAE(latent_dim=2, hidden=[8], epochs=1, random_state=1)
    expected = vae.fit(IMAGES, callbacks=take).transform(IMAGES)
    assert len(taken) == 2
    for each in taken:
        np.testing.assert_array_equal(each.transform(IMAGES), expected)


def test_every_report_of_a_training_has_its_metrics():
    """Also while many validation examples are looked at, before the first step and after each epoch."""
    x = np.random.RandomState(0).normal(size=(40_000, 30)).astype(np.float32)
    seen = []
    model = vaelib.VAE(latent_dim=2, hidden=(256,), epochs=2, patience=1, random_state=0)
    model.fit(x[:2000], validation=x, callbacks=lambda progress: seen.append((progress.kind, progress.metrics)))
    assert {kind for kind, _ in seen} == {"step", "epoch"}
    assert all({"elbo", "loss"} <= metrics.keys() for _, metrics in seen)


def test_only_true_ends_a_training() -> None:
    for answer, epochs in ((1, 3), ("stop", 3), ([0], 3), (None, 3), (True, 1), (np.True_, 1)):
        vae = VAE(latent_dim=1, hidden=[4], epochs=3, random_state=1)
        vae.fit(IMAGES, callbacks=lambda progress, answer=answer: answer if progress.kind == "epoch" else None)
        assert len(vae.history_["epoch"]) == epochs, answer


def test_several_callbacks_are_all_called() -> None:
    seen: list[str] = []

    def end(progress: Progress) -> bool:
        seen.append("first")
        return progress.kind == "epoch"

    def look(progress: Progress) -> None:
        seen.append("second")

    vae = VAE(latent_dim=1, hidden=[4], epochs=3, random_state=1).fit(IMAGES, callbacks=(end, look))
    assert vae.n_iter_ == 1
    assert seen[-2:] == ["first", "second"]
    assert VAE(latent_dim=1, hidden=[4], epochs=1, verbose=1).fit(IMAGES, callbacks=[]).n_iter_ == 1
    before = vae.transform(IMAGES)
    for wrong in (3, [print, "print"], "print"):
        with pytest.raises(TypeError, match=r"callbacks must be a callable, or several in a list; (3|'print') is none"):
            vae.fit(IMAGES, callbacks=wrong)
        np.testing.assert_array_equal(vae.transform(IMAGES), before)
    phases: set[str] = set()
    stack = StackedDenoisingAutoencoder(hidden=[4], epochs=1, finetune_epochs=1, random_state=1)
    stack.fit(IMAGES, callbacks=iter([lambda progress: phases.add(progress.phase)]))
    assert phases == {"pretraining", "unsupervised"}


def test_a_callback_has_the_weights_on_request() -> None:
    weights: list[dict[str, np.ndarray]] = []
    stack = StackedDenoisingAutoencoder(hidden=[8, 4], epochs=2, finetune_epochs=1, random_state=1)
    stack.fit(IMAGES, callbacks=lambda progress: weights.append(progress.get_weights()))
    final = stack.get_weights()
    assert weights[0].keys() == final.keys()
    for name, values in final.items():
        np.testing.assert_array_equal(weights[-1][name], values)
    assert not np.array_equal(weights[0]["layers/0/weight"], final["layers/0/weight"])
    told: list[Progress] = []
    vae = VAE(latent_dim=1, hidden=[4], epochs=1, random_state=1).fit(IMAGES)
    vae.elbo(IMAGES, samples=50, callbacks=told.append)
    for name, values in told[-1].get_weights().items():
        np.testing.assert_array_equal(values, vae.get_weights()[name])
    elsewhere = pickle.loads(pickle.dumps(told[-1]))
    assert elsewhere == told[-1]
    with pytest.raises(ValueError, match="no weights"):
        elsewhere.get_weights()


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_our_own_in_a_callback_loses_no_weights(kind: str, tmp_path: Path) -> None:
    """Such as saving to a folder that is not there: the training had begun, though the library refused something."""
    estimator = KINDS[kind].make()

    def save(progress: Progress) -> None:
        if progress.kind == "epoch":
            estimator.save(tmp_path / "none" / "x.h5")

    given = (IMAGES, LABELS) if kind in ("classifier", "regressor") else (IMAGES,)
    with pytest.raises(FileNotFoundError):
        estimator.fit(*given, callbacks=save)
    assert estimator.n_iter_ == 1
    trained = estimator.get_weights()
    estimator.set_params(warm_start=True, batch_size=-1)
    with pytest.raises(ValueError, match="batch_size"):
        estimator.fit(*given)
    assert estimator.n_iter_ == 1
    for name, values in estimator.get_weights().items():
        np.testing.assert_array_equal(values, trained[name])
