"""A group that cannot be imported."""

import no_module_has_this_name  # noqa: F401
