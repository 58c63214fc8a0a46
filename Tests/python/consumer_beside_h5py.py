"""Uses the installed package in one process with h5py, which brings a libhdf5 of its own; run by test-wheel-bare.sh."""

import h5py
import numpy as np
import vaelib

X = (np.random.default_rng(1).random((40, 6)) < 0.3).astype("uint8")
with h5py.File("data.h5", "w") as open_file:
    open_file.create_dataset("x", data=X, chunks=(10, 6), compression="gzip", shuffle=True)
    open_file.flush()
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, batch_size=10, random_state=1).fit(X)
    vae.save("model.h5")
    vaelib.write_dataset("written.h5", x=X)
    open_file["y"] = X[:, 0]
    np.testing.assert_array_equal(open_file["x"][...], X)
with h5py.File("model.h5") as file:
    np.testing.assert_array_equal(file["weights/encoder/0/weight"][...], vae.get_weights()["encoder/0/weight"])
with h5py.File("written.h5") as file:
    np.testing.assert_array_equal(file["x"][...], X)
np.testing.assert_array_equal(vaelib.load("model.h5").transform(vaelib.open_dataset("data.h5", "x")), vae.transform(X))
