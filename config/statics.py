"""How static files are kept: compressed, under names with their hash, the modules that a module imports included."""

import re
from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Django leaves `import "./line.js"` as it is unless asked, and under its plain name no file is served.

    Only our own modules are rewritten: packages bring files that speak of others in comments.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _extension, rewritings = self._js_module_import_aggregation_patterns
        ours = {path.name for folder in settings.STATICFILES_DIRS for path in folder.glob("*.js")}
        compiled = [(re.compile(pattern, re.IGNORECASE), template) for pattern, template in rewritings]
        self._patterns |= dict.fromkeys(sorted(ours), compiled)
