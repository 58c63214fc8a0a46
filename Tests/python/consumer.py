"""Uses the installed package, beside numpy alone; run by scripts/test-wheel.sh.

usage: consumer.py FOLDER, in which the library must lie that the package loads
"""

import sys
from pathlib import Path

import numpy as np
import vaelib
from vaelib.interchange import export_keras_weights


def loaded_libraries():
    """The files of that name in this process."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {Path(line.split(maxsplit=5)[5]) for line in lines if "libvaelib" in line}


def text_of_import_error(action):
    try:
        action()
    except ImportError as error:
        return str(error)
    raise AssertionError("nothing is missing")


def import_plots():
    import vaelib.plots  # noqa: F401


folder = Path(sys.argv[1]).resolve()  # .build/release is a link
assert {library.parent for library in loaded_libraries()} == {folder}, f"{loaded_libraries()}, not in {folder}"

X = (np.random.default_rng(1).random((40, 6)) < 0.3).astype("uint8")
vae = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, batch_size=10, random_state=1).fit(X)
vae.save("model.h5")
np.testing.assert_array_equal(vaelib.load("model.h5").transform(X), vae.transform(X))

# Compressed files, checkpoints.
vaelib.write_dataset("data.h5", x=X)
streamed = vaelib.open_dataset("data.h5", "x")
again = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, batch_size=10, random_state=1)
np.testing.assert_array_equal(again.fit(streamed, checkpoint="run.h5").transform(X), vae.transform(X))
np.testing.assert_array_equal(vaelib.load("run.h5").transform(X), vae.transform(X))

# What is missing is named as it is published.
assert text_of_import_error(import_plots).endswith(": pip install matplotlib")
assert text_of_import_error(lambda: vae.report(X)).endswith(": pip install matplotlib")
assert text_of_import_error(lambda: export_keras_weights(vae, "model.weights.h5")).endswith(": pip install h5py")
