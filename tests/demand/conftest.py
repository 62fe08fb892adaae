"""Small surveys for the tests of the demand room, importable as `demand_surveys`."""

import importlib.util
import sys
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location("demand_surveys", Path(__file__).with_name("surveys.py"))
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["demand_surveys"] = _MODULE
_SPEC.loader.exec_module(_MODULE)
