"""Keep TensorFlow's greetings off the screen: see `learnface.quiet`."""

from learnface.quiet import quiet_start, start_tensorflow

__all__ = ["quiet_start", "start_tensorflow"]
