"""Pictures and tables of what was trained and measured.

Each picture is a `matplotlib.figure.Figure` of its own, drawn without pyplot, so nothing is left open and
any backend will do; `save_picture` writes it.
"""

from learnface.lazy import lazy_names
from learnface.reports._picture import save_picture
from learnface.reports.affect_curves import affect_curves_picture
from learnface.reports.affect_path import AffectPath
from learnface.reports.annotate import annotate_faces
from learnface.reports.confusion import confusion_picture
from learnface.reports.contact_sheet import contact_sheet
from learnface.reports.curves import curves_picture, interval_picture
from learnface.reports.duplicates import duplicates_picture
from learnface.reports.reliability import reliability_picture
from learnface.reports.spotting import spotting_picture
from learnface.reports.tables import comparison_table, markdown_table
from learnface.reports.timeline import Timeline
from learnface.reports.valence_arousal import affect_histogram_picture, affect_scatter_picture

__all__ = [
    "AffectPath",
    "ConfusionToTensorBoard",
    "Timeline",
    "affect_curves_picture",
    "affect_histogram_picture",
    "affect_scatter_picture",
    "annotate_faces",
    "comparison_table",
    "confusion_picture",
    "contact_sheet",
    "curves_picture",
    "duplicates_picture",
    "feature_maps_picture",
    "grad_cam_picture",
    "interval_picture",
    "layer_maps",
    "markdown_table",
    "reliability_picture",
    "save_picture",
    "spotting_picture",
    "tensorboard_callbacks",
]

# These load Keras.
__getattr__ = lazy_names(
    __name__,
    {
        "ConfusionToTensorBoard": "tensorboard",
        "feature_maps_picture": "feature_maps",
        "grad_cam_picture": "grad_cam",
        "layer_maps": "feature_maps",
        "tensorboard_callbacks": "tensorboard",
    },
)
