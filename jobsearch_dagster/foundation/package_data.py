"""The YAML files that come with the package.

Belongs here: reading them fast. Files of users (profiles, `sources.yaml`) are read by `yaml.safe_load` where they are
understood: its messages show the wrong line, and it refuses deep nesting instead of running out of stack.
"""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # reads the same 10 times as fast
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader


def read_yaml(file: Path | Traversable) -> Any:
    """What a YAML file of the package says.

    Raises:
        yaml.YAMLError: The file was edited into something that is no YAML.
    """
    return yaml.load(file.read_text(encoding="utf-8"), Loader=SafeLoader)
