import subprocess
import sys

import pytest

from learnface.lazy import lazy_names


def test_names_are_found_and_others_refused():
    find = lazy_names("json", {"JSONDecoder": "decoder"})
    assert find("JSONDecoder").__module__ == "json.decoder"
    with pytest.raises(AttributeError, match="module 'json' has no attribute 'no_such_name'"):
        find("no_such_name")


@pytest.mark.parametrize(
    "package", ["faces", "clips", "corpora", "metrics", "reports", "synthetic", "training"]
)
def test_packages_that_workers_use_load_without_tensorflow(package):
    code = f"import sys, learnface.{package}; print({{'tensorflow', 'keras'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("package", ["clips", "metrics", "reports", "training"])
def test_every_lazy_name_exists(package):
    module = __import__(f"learnface.{package}", fromlist=["__all__"])
    for name in module.__all__:
        assert getattr(module, name) is not None
