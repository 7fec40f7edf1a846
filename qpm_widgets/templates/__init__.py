"""What to ask, of whom, and how it is judged: the scheme's own data, read from YAML and never from code."""

from qpm_widgets.templates.checking import Fault, check_templates
from qpm_widgets.templates.loading import Templates, load_templates
from qpm_widgets.templates.spoken_checks import find_unreviewed

__all__ = ["Fault", "Templates", "check_templates", "find_unreviewed", "load_templates"]
