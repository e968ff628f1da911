"""Cut the faces of a whole corpus once, to train on them many times.

python examples/05_prepare_a_corpus.py CORPUS DATA_DIR OUT_DIR

`learnface corpora` lists the corpora. A run that was stopped goes on where it was; other settings need another folder.
"""

import sys

from learnface.clips import PrepareSettings, prepare
from learnface.corpora import get_corpus
from learnface.processes import usable_cores

if __name__ == "__main__":  # worker processes import this file
    corpus, data, out = sys.argv[1:4]
    index = get_corpus(corpus).index(data)
    faces = prepare(index, out, PrepareSettings(size=64), processes=usable_cores())
    print(faces)
    print(faces.samples.groupby("label")["found"].agg(samples="size", faces="sum"))
    print(f"{len(faces.without_face())} frames without a face are listed in {faces.folder / 'no_face.csv'}")
