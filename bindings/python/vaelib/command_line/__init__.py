"""What the commands share: parsers and help pages, options from the core's parameters, data, results, progress."""
