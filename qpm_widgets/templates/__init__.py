"""What to ask, of whom, and how it is judged: the scheme's own data, read from YAML and never from code."""

from qpm_widgets.templates.checking import Fault, check_templates
from qpm_widgets.templates.loading import Templates, load_templates

__all__ = ["Fault", "Templates", "check_templates", "load_templates"]
