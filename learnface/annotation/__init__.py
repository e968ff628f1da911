"""Label the videos of a folder in a local web page: valence and arousal over time, and emotions.

`learnface annotate DIR` opens the page. What is labelled lies in one SQLite file, which `emotion_table` and
`rating_table` read into the tables that `learnface.corpora.labelled_clips` and `annotated_videos` load:

    with AnnotationStore("clips/annotations.sqlite") as store:
        ratings = rating_table(store, "clips", rate=5).table
"""

from learnface.annotation.changes import Batch, Duration, Finished, Mark, Stretch, Unmark
from learnface.annotation.store import AnnotationStore
from learnface.lazy import lazy_names

__all__ = [
    "AnnotationStore",
    "Batch",
    "Duration",
    "Export",
    "Finished",
    "Mark",
    "Stretch",
    "Unmark",
    "annotator_agreement",
    "emotion_table",
    "make_app",
    "rating_table",
    "serve",
    "write_export",
]

# These load pandas or the web server.
_MODULES = {
    "Export": "export",
    "annotator_agreement": "agreement",
    "emotion_table": "export",
    "make_app": "app",
    "rating_table": "export",
    "serve": "server",
    "write_export": "export",
}
__getattr__ = lazy_names(__name__, _MODULES)
