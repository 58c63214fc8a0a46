"""What a model computes, as a list of operations from which ONNX graphs, PyTorch modules and C programs are written."""
