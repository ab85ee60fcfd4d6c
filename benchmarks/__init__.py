"""What each figure that the documents claim was measured with: `python -m benchmarks`."""
