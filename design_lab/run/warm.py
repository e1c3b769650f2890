"""All that notebooks call and what it stands on, imported: kernels that are forked from here need not import it."""

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
    "pyfixest",
    "scipy.optimize",
    "scipy.stats",
    "seaborn",
)

for module in _STANDS_ON:
    importlib.import_module(module)
for name in design_lab.__all__:
    getattr(design_lab, name)
