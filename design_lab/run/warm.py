"""All that notebooks call and what it stands on, imported: kernels that are forked from here need not import it.

Nothing here may start a thread, for a fork takes one along; Arrow's allocator has one that it starts anew by itself.
"""

import contextlib
import gc
import importlib

import design_lab

_STANDS_ON = (
    "IPython.core.completer",
    "duckdb",
    "ibis.backends.duckdb",
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "pandas",
    "pyarrow.parquet",
    "scipy.optimize",
    "scipy.stats",
    "seaborn",
)

for module in _STANDS_ON:
    with contextlib.suppress(Exception):  # what cannot be imported says so where a notebook asks for it
        importlib.import_module(module)
for name in design_lab.__all__:
    with contextlib.suppress(Exception):
        getattr(design_lab, name)
gc.freeze()  # nothing of this is garbage: kernels neither look through it nor copy its pages
