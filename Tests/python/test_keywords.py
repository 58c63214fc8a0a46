"""Arguments that there are not: the public class is named, and the argument that was perhaps meant."""

import inspect

import pytest
import vaelib
from estimators import KINDS, fit


@pytest.mark.parametrize("name", list(KINDS))
def test_constructors(name):
    create = KINDS[name].create
    with pytest.raises(
        TypeError, match=rf"^{create.__name__}\(\) got an unexpected keyword argument 'hiden'; .* hidden\?"
    ):
        create(hiden=(3,))
    with pytest.raises(TypeError, match=rf"^{create.__name__}\(\) got an unexpected keyword argument 'zzzz'$"):
        create(zzzz=3)
    with pytest.raises(ValueError, match=r"'hiden' for estimator .*; did you mean hidden"):
        create().set_params(hiden=(3,))


def test_methods(trained, binary):
    name = type(trained).__name__
    text = rf"^{name}\.fit\(\) got an unexpected keyword argument 'sample_weights'; did you mean sample_weight\?"
    with pytest.raises(TypeError, match=text):
        fit(trained, binary, sample_weights=[1] * 40)
    with pytest.raises(TypeError, match=rf"^{name}\.partial_fit\(\) .* 'sample_weights'; did you mean"):
        trained.partial_fit(binary, sample_weights=[1] * 40)
    with pytest.raises(TypeError, match=rf"^{name}\.fit\(\) .* 'hidden'; it is a parameter of {name}\(\.\.\.\)"):
        fit(trained, binary, hidden=(3,))
    with pytest.raises(TypeError, match=rf"^{name}\.transform\(\) got an unexpected keyword argument 'foo'"):
        trained.transform(binary, foo=1)
    with pytest.raises(TypeError, match=rf"^{name}\.transform\(\) missing 1 required positional argument"):
        trained.transform()


def test_every_public_method_is_one_of_the_public_class(kind):
    for name, function in inspect.getmembers(kind.create, inspect.isfunction):
        ours = inspect.unwrap(function).__module__.startswith("vaelib.") and not name.startswith("_")
        if ours:
            assert function.__qualname__ == f"{kind.create.__name__}.{name}"
            assert function.__doc__


def test_subclasses_may_have_other_parameters():
    class Mine(vaelib.VAE):
        def __init__(self, own=1, **others):
            super().__init__(**others)
            self.own = own

    assert Mine(own=2, latent_dim=3).latent_dim == 3
    with pytest.raises(TypeError, match="latent_dims"):
        Mine(latent_dims=3)

    class Plain(vaelib.VAE):
        pass

    with pytest.raises(TypeError, match=r"^Plain\(\) .* did you mean latent_dim\?"):
        Plain(latent_dims=3)
