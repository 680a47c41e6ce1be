"""The code behind "Layer-wise Relevance Propagation, step by step".

Read it beside the chapters: every public function names the equation that it computes.
"""

__version__ = "1.0.0"
