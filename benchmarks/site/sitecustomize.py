"""Let torchvision be imported beside a torch that its compiled part was not made for; its networks need none of that.

The registry's torchvision for Linux is made for a torch with CUDA. Beside one without, its compiled part cannot be
loaded, and it stops at the operators that it misses. Python reads this file at its start if the folder stands on
PYTHONPATH, as `make test-peers` sees to.
"""

import sys


class Mend:
    """What Python asks first where a module is to be found; at torchvision it sees to the operators, and withdraws."""

    def find_spec(self, name, path=None, target=None):
        """Return None: others find it, beside a torch that now has the operators."""
        if name == "torchvision":
            sys.meta_path.remove(self)
            try:
                import torchvision  # noqa: F401
            except RuntimeError:  # an operator does not exist
                for loaded in [loaded for loaded in sys.modules if loaded.split(".")[0] == "torchvision"]:
                    del sys.modules[loaded]
                from torch.library import Library

                self.kept = Library("torchvision", "DEF")
                for operator in ("nms", "qnms"):
                    self.kept.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
                sys.mended = self  # they live as long as their library
        return None


sys.meta_path.insert(0, Mend())
