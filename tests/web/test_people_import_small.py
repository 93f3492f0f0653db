"""x"""
from __future__ import annotations
import pytest
from mizzle_web.people.actions.imports import *
from mizzle_web.people.models import *
from datetime import date
from conftest import AT
