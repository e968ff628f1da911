import subprocess
import sys

import pytest

from learnface import metrics


def test_functions_on_arrays_load_no_keras():
    code = "import sys, learnface.metrics; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_all_names_exist_and_others_do_not():
    for name in metrics.__all__:
        assert callable(getattr(metrics, name))
    with pytest.raises(AttributeError, match="no attribute 'Recall'"):
        _ = metrics.Recall
