"""The methods of an estimator as methods of its own class, by whose name Python's messages call them.

Methods are defined where they belong, in classes that no user knows. "VAEQueries.transform() got an unexpected keyword
argument" would be about one of these; what is said of a copy of the function is said of VAE.transform().
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from vaelib._c.names import nearest

Kind = TypeVar("Kind", bound=type[Any])

#: Methods that tell which name was perhaps meant, which takes longer than looking up a row.
_HELPFUL = ("fit", "partial_fit")


def with_own_methods(kind: Kind) -> Kind:
    """Gives a class its public methods under its own name; the class itself."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("vaelib."):
            found.update(vars(base))
    for name, function in found.items():
        if isinstance(function, types.FunctionType) and not name.startswith("_"):
            own = _renamed(function, kind)
            setattr(kind, name, _helpful(own, kind) if name in _HELPFUL else own)
    return kind


def check_keywords(function: Callable[..., Any], owner: str, keywords: Iterable[str], hint: str = "") -> None:
    """Whether a function takes these keywords; ``hint`` ends the message.

    Raises
    ------
    TypeError
        It does not take one of them: the text has the name that is most like it.
    """
    known = _keywords_of(function)
    unknown = [] if known is None else [name for name in keywords if name not in known]
    if unknown:
        name, meant = unknown[0], nearest(unknown[0], known or ())
        raise TypeError(f"{owner}() got an unexpected keyword argument {name!r}{meant or hint}")


@functools.cache
def _keywords_of(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """The keywords that a method takes; None if it takes any."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(each.name for each in parameters if each.kind in named)


def _renamed(function: types.FunctionType, kind: type[Any]) -> types.FunctionType:
    """The same function as one of this class."""
    own = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    own.__kwdefaults__ = function.__kwdefaults__
    own.__annotations__ = function.__annotations__
    own.__doc__, own.__module__ = function.__doc__, function.__module__
    own.__dict__.update(function.__dict__)
    own.__qualname__ = f"{kind.__qualname__}.{function.__name__}"
    return own


def _helpful(function: types.FunctionType, kind: type[Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def checked(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if keywords:
            of_constructor = [name for name in keywords if name in (_keywords_of(kind.__init__) or ())]
            hint = f"; it is a parameter of {kind.__name__}(...)" if of_constructor else ""
            check_keywords(function, function.__qualname__, keywords, hint)
        return function(self, *arguments, **keywords)

    return checked
