"""Models as modules of PyTorch, and back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

from vaelib.interchange.computation.parts import graph_of, parts_of
from vaelib.models.estimator import Estimator
from vaelib.models.vae import VAE
from vaelib.models.weights import as_floats

Model = TypeVar("Model", bound=Estimator[Any])


def to_torch(model: Estimator[Any]) -> Any:
    """A ``torch.nn.Module`` with the weights of a fitted model, which computes what vaelib does, with gradients.

    It has the methods ``encode(x)``, ``decode(z)`` and, of a VAE, ``kl(x)`` and ``reconstruction(x, z)``, of a
    classifier ``classify(x)``, of a regressor ``predict(x)``; they give what the parts of ``to_onnx`` give. Called as a
    function it gives reconstructions, or predictions. Tensors are float32, [N, width], NaN where a number is missing.
    Of a conditional VAE the methods take ``conditions`` behind x or z, as the parts of ``to_onnx`` do.

    A training step in PyTorch minimises, for one latent sample::

        mean, log_variance = module.encode(x)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        loss = (module.kl(x) - module.reconstruction(x, z)).mean()

    Raises
    ------
    ImportError
        torch is not installed.
    NotFittedError
        The model has no weights yet.
    """
    graphs = {part: graph_of(model, part) for part in parts_of(model)}
    try:
        from vaelib.interchange.torch_modules import TorchModel
    except ImportError as error:
        if error.name != "torch":
            raise
        raise ImportError("to_torch needs PyTorch, which is not installed: pip install torch") from None
    given = model._fitted().condition_columns if isinstance(model, VAE) else []
    among_x = [column for column in given if column < model.n_features_in_]
    return TorchModel(graphs, model.get_weights(), among_x)


def from_torch(module: Any, like: Model) -> Model:
    """A copy of a fitted model with the weights of a module that ``to_torch`` made.

    Parameters
    ----------
    module : torch.nn.Module or mapping of str to tensor
        The module, or its ``state_dict()``, as ``torch.load`` gives it.
    like : VAE, StackedDenoisingAutoencoder, StackedDenoisingClassifier or StackedDenoisingRegressor
        The model that the module was made from, or one like it.

    Raises
    ------
    ValueError
        The weights do not fit the model, or are not finite; the text lists all that is wrong.
    """
    state: Mapping[str, Any] = module if isinstance(module, Mapping) else module.state_dict()
    weights = {name.replace(".", "/"): as_floats(values) for name, values in state.items()}
    matrices = {name: values.T for name, values in weights.items() if name.endswith("/weight")}
    return copy.copy(like).set_weights({**weights, **matrices})
