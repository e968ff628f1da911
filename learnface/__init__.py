"""Recognise learners' emotions from faces: photographs, clips and videos.

The packages follow the road that data takes; each step is one public function and a user may get on
or off at any of them:

    corpora  ->  faces  ->  clips  ->  models  ->  training  ->  reports
    index        prepare    dataset    builders    fit, evaluate  tables, pictures

`learnface.inference` recognises expressions in your own pictures and videos, `learnface.transfer`
fine-tunes, `learnface.recipes` reproduces published tables, and `learnface.cli` is the command line.
Importing `learnface` is instant: TensorFlow is loaded only by the packages that need it.
"""

from learnface.version import __version__

__all__ = ["__version__"]
